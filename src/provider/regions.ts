// Anaplan's regions and their hosts. Rule: a table; sources conflict on some hosts, so a profile can
// override each.

/** The hosts of one region: a family, which takes the same tokens. */
export interface Region {
  readonly description: string;
  /** Host of the authorization server. */
  readonly oauth: string;
  readonly api: string;
  /** Host of the authentication service. */
  readonly auth: string;
  /** Host of CloudWorks; absent where it is below the API's own, as in Canada. */
  readonly cloudworks?: string;
}

/** Host of the audit API of every region. */
export const AUDIT = "audit.anaplan.com";

function sharedRegion(description: string): Region {
  return {
    description,
    oauth: "us1a.app.anaplan.com",
    api: "api.anaplan.com",
    auth: "auth.anaplan.com",
    cloudworks: "api.cloudworks.anaplan.com",
  };
}

function ownRegion(name: string, description: string): Region {
  return {
    description,
    oauth: `${name}.app.anaplan.com`,
    api: `${name}.api.anaplan.com`,
    auth: `${name}.auth.anaplan.com`,
  };
}

/** Every region; where sources conflict on a host, a profile can override each of the three. */
export const REGIONS: Readonly<Record<string, Region>> = {
  us1: sharedRegion("US East (data center)"),
  us2: sharedRegion("US West (data center)"),
  us5: sharedRegion("US East"),
  us7: sharedRegion("US"),
  us9: ownRegion("us9", "US"),
  eu1: sharedRegion("Netherlands"),
  eu2: sharedRegion("Germany"),
  eu3: ownRegion("eu3", "Europe"),
  eu4: sharedRegion("Europe"),
  eu5: ownRegion("eu5", "Europe"),
  gb1: ownRegion("gb1", "UK"),
  ap1: sharedRegion("Japan"),
  au1: {
    description: "Australia",
    oauth: "au1a.app2.anaplan.com",
    api: "api.au1a.app2.anaplan.com",
    auth: "au1a.app2.anaplan.com",
    cloudworks: "api.cloudworks.au1a.app2.anaplan.com",
  },
  ca1: ownRegion("ca1a", "Canada"),
  sg1: ownRegion("sg1", "Singapore"),
  ae1: ownRegion("ae1", "UAE"),
  in1: ownRegion("in1", "India"),
  id1: ownRegion("id1", "Indonesia"),
  me1: ownRegion("me1", "Saudi Arabia"),
};

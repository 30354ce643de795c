// Where logins are kept, as types: all that the rest of the program knows of it. Rule: a login is changed under its lock
// alone.

import type { SealedStore } from "./sealed_store.ts";

/** Where logins are kept: all that the rest of the program knows of it. */
export interface LoginStore extends SealedStore {
  /** The profiles that have a login, sorted. */
  names(): Promise<string[]>;
  /** The file of this computer that holds the profile's login. */
  pathOf(profile: string): string;
  /** Whether tokens may wait for their place; a lock that is taken then puts them there. Takes no lock. */
  mayWait(profile: string): Promise<boolean>;
  /** The profiles for which {@link LoginStore.mayWait} is true. */
  waiting(): Promise<string[]>;
  /** The store that other computers use too, such as `db.example.com:5432`. */
  readonly sharedAt?: string;
  /** Copies the profile's settings from there; whether there were any. */
  bringSettings?(profile: string): Promise<boolean>;
}

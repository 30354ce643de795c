// Where logins are kept, as types: all that the rest of the program knows of it. Rule: a login is changed under its lock
// alone.

import type { Fields } from "../base/json.ts";
import type { LockingStore } from "./locking.ts";

/** Where logins are kept: all that the rest of the program knows of it. */
export interface LoginStore extends LockingStore {
  /** The profiles that have a login, sorted. */
  names(): Promise<string[]>;
  /** The file of this computer that holds the profile's login. */
  pathOf(profile: string): string;
  /** The store that other computers use too, such as `db.example.com:5432`. */
  readonly sharedAt?: string;
  /** Copies the profile's settings from there, if there are any; a disk that takes no file is no failure. */
  bringSettings?(profile: string): Promise<Fields | undefined>;
}

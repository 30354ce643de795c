// How the login of a disk cell is kept: plain, sealed, or sealed with a key that goes when the disk fails.
// Rule: the faults of the disk are the same for all.
import { type Keeper, KEY_FAULTS, type KeyFault } from "./cell_key.ts";
import type { DiskFault } from "./disk_faults.ts";

/** How the login is kept, and what happens to its key together with the disk. */
export interface Keeping {
  readonly name: string;
  readonly keeper?: Keeper;
  readonly keyFault?: KeyFault;
}

/** All of them. */
export const KEEPINGS: readonly Keeping[] = [
  { name: "" },
  { name: ", sealed", keeper: "file" },
  ...KEY_FAULTS.map((keyFault): Keeping => {
    return { name: `, sealed, ${keyFault.name}`, keeper: keyFault.keeper, keyFault };
  }),
];

/** The key goes when the disk fails. */
export function withKeyFault(fault: DiskFault, { keyFault }: Keeping): DiskFault {
  if (keyFault === undefined) return fault;
  const { letsSave: _, ...rest } = fault; // nothing does without the key
  return {
    ...rest,
    async begin(cell, pid) {
      await cell.key?.begin(keyFault);
      return await fault.begin(cell, pid);
    },
  };
}

// What a disk or a system may do to the saving of a login, and how it is done here.
// Rule: nothing is pretended: the disk is full, the directory is closed, the system call fails.
import { WITHOUT_PRIVILEGE } from "../../hostile/wrapped.ts";
import { streamText } from "../../support/stream_text.ts";
import type { Cell } from "./cell.ts";
import { abortDisk, ext4Disk, fill, memoryDisk, system } from "./own_disks.ts";

/** Ends a fault. */
export type End = () => Promise<void>;

/** Something that keeps a login from being saved. */
export interface DiskFault {
  readonly name: string;
  /** Whether it is done to the process, and so ends with it. */
  readonly isOfProcess?: true;
  /** When it may begin; both by default. */
  readonly only?: "before" | "after";
  /** Whether the login cannot even be seen while it lasts. */
  readonly hidesLogin?: true;
  /** What can save the login in its place even so. */
  readonly letsSave?: "login" | "every command";
  readonly wrapper?: readonly string[];
  readonly disk?: (configDir: string) => Promise<AsyncDisposable>;
  /** Whether Deno's own databases, which every program shares, would suffer from it. */
  readonly needsOwnCache?: true;
  /** What has to be allowed here. */
  readonly needs?: "mount" | "strace" | "root";
  begin(cell: Cell, pid: number): Promise<End>;
}

const NOTHING: End = () => Promise.resolve();

/** A directory whose mode lets no file be added. */
export const CLOSED_DIRECTORY: DiskFault = {
  name: "a read-only directory",
  wrapper: WITHOUT_PRIVILEGE,
  async begin({ credentials }) {
    await Deno.chmod(credentials, 0o500);
    return () => Deno.chmod(credentials, 0o700);
  },
};

/** All of them. */
export const DISK_FAULTS: readonly DiskFault[] = [
  {
    name: "a file size limit of 1 KiB",
    isOfProcess: true,
    needsOwnCache: true,
    only: "before", // set after the answer, it would leave no file that can hold the tokens
    begin: (_, pid) => limit(pid, "fsize", 1024),
  },
  {
    name: "a full disk",
    disk: memoryDisk,
    needs: "mount",
    begin: ({ configDir }) => fill(configDir, 65_536),
  },
  {
    name: "no inode left",
    disk: memoryDisk,
    needs: "mount",
    begin: ({ configDir }) => fill(configDir, 0),
  },
  {
    name: "a disk that became read-only",
    disk: ext4Disk,
    needs: "mount",
    begin: ({ configDir }) => abortDisk(configDir),
  },
  CLOSED_DIRECTORY,
  {
    name: "an immutable directory",
    needs: "root",
    begin: ({ credentials }) => immutable(credentials),
  },
  {
    name: "an immutable login file",
    needs: "root",
    begin: ({ loginFile }) => immutable(loginFile),
  },
  {
    name: "a login file that is mounted by itself", // as containers do
    needs: "mount",
    async begin({ loginFile }) {
      await system("mount", "--bind", loginFile, loginFile);
      return () => system("umount", loginFile);
    },
  },
  {
    name: "a missing directory",
    hidesLogin: true,
    letsSave: "login", // it makes the directory anew
    begin: ({ credentials }) => takeAway(credentials),
  },
  {
    name: "a directory replaced by a link to an open one",
    hidesLogin: true,
    async begin({ credentials, home }) {
      const putBack = await takeAway(credentials);
      await Deno.mkdir(`${home}/open`);
      await Deno.chmod(`${home}/open`, 0o777);
      await Deno.symlink(`${home}/open`, credentials);
      return async () => {
        await Deno.remove(credentials);
        await putBack();
      };
    },
  },
  {
    name: "one file descriptor left",
    isOfProcess: true,
    only: "before", // with less the program could not even say what is wrong
    letsSave: "every command",
    begin: (_, pid) => limit(pid, "nofile", lowestFree(pid) + 1),
  },
  {
    name: "no file descriptor left",
    isOfProcess: true,
    only: "after",
    begin: (_, pid) => limit(pid, "nofile", 0),
  },
  strace("EIO at the first fsync", "fsync,fdatasync", "EIO:when=1"),
  strace("ENOSPC at every fsync", "fsync,fdatasync", "ENOSPC"),
  { ...strace("EIO at the rename", "rename,renameat,renameat2", "EIO:when=1"), only: "after" },
];

function strace(name: string, calls: string, error: string): DiskFault {
  const begin: DiskFault["begin"] = (_, pid) => inject(pid, calls, error);
  return { name, isOfProcess: true, needs: "strace", begin };
}

async function limit(pid: number, what: "fsize" | "nofile", value: number): Promise<End> {
  await system("prlimit", "--pid", `${pid}`, `--${what}=${value}:${value}`);
  return NOTHING;
}

/** The number of the next file that a process would open. */
function lowestFree(pid: number): number {
  const taken = new Set(
    Array.from(Deno.readDirSync(`/proc/${pid}/fd`), ({ name }) => Number(name)),
  );
  let number = 0;
  while (taken.has(number)) number++;
  return number;
}

async function immutable(path: string): Promise<End> {
  await system("chattr", "+i", path);
  return () => system("chattr", "-i", path);
}

/** Moves a directory away; it comes back unless another one with a login was made in its place. */
async function takeAway(directory: string): Promise<End> {
  const away = `${directory}.away`;
  await Deno.rename(directory, away);
  return async () => {
    const hasLogin = await Deno.lstat(`${directory}/default.json`).then(() => true, () => false);
    await Deno.remove(hasLogin ? away : directory, { recursive: true }).catch(() => {});
    if (!hasLogin) await Deno.rename(away, directory);
  };
}

/** Lets these system calls fail from now on in a process that runs. */
async function inject(pid: number, calls: string, error: string): Promise<End> {
  const child = new Deno.Command("strace", {
    args: [
      ...["-f", "-p", `${pid}`, "-o", "/dev/null"],
      ...["-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}`],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = streamText(child.stderr);
  await said.until(/attached/);
  return async () => {
    await child.status; // it ends with the process
    await said.whole;
  };
}

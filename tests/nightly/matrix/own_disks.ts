// Disks of a cell's own, which can be filled, run out of inodes, or become read-only.
// Rule: mounted over the configuration directory by root, and gone with the cell.

/** Runs a program of the system's; an error when it fails. */
export async function system(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) {
    throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
}

/** A disk in memory: 512 KiB, and 64 files. */
export async function memoryDisk(directory: string): Promise<AsyncDisposable> {
  await system("mount", "-t", "tmpfs", "-o", "size=512k,nr_inodes=64,mode=700", "tmpfs", directory);
  return { [Symbol.asyncDispose]: () => unmount(directory) };
}

/** A file system in a file beside the directory. */
export async function ext4Disk(directory: string): Promise<AsyncDisposable> {
  const image = imageOf(directory);
  await Deno.writeFile(image, new Uint8Array());
  await Deno.truncate(image, 4_000_000);
  await system("mkfs.ext4", "-q", image);
  await mountImage(directory);
  await Deno.remove(`${directory}/lost+found`);
  await Deno.chmod(directory, 0o700);
  return { [Symbol.asyncDispose]: () => unmount(directory) };
}

/** Makes an ext4 disk read-only, as Linux does after an error on it; the result makes it good again. */
export async function abortDisk(directory: string): Promise<() => Promise<void>> {
  await system("sync", "-f", directory); // what was there before is not what is lost
  await system("mount", "-o", "remount,abort", directory);
  await Deno.writeTextFile(`${directory}/any`, "").catch(() => {}); // the first write finds it out
  return async () => {
    await unmount(directory);
    await mountImage(directory);
  };
}

/** Whether this user may mount disks here. */
export async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-disk-" });
  try {
    await using _disk = await memoryDisk(directory);
    return true;
  } catch {
    return false;
  } finally {
    await Deno.remove(directory);
  }
}

/** Puts files of this size into the directory until it takes no more; the result removes them. */
export async function fill(directory: string, size: number): Promise<() => Promise<void>> {
  const files: string[] = [];
  while (true) {
    const path = `${directory}/filling-${files.length}`;
    files.push(path);
    try {
      await Deno.writeFile(path, new Uint8Array(size));
    } catch {
      break;
    }
  }
  return async () => {
    for (const path of files) await Deno.remove(path).catch(() => {});
  };
}

function imageOf(directory: string): string {
  return `${directory}.img`;
}

async function mountImage(directory: string): Promise<void> {
  await system("mount", "-o", "loop", imageOf(directory), directory);
}

async function unmount(directory: string): Promise<void> {
  await system("umount", directory).catch(() => system("umount", "-l", directory));
}

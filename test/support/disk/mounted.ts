/** File systems that are not those of this platform, mounted from images for one test. Needs no loop device. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestFolder } from '../folder';
import { needs } from '../needs';

/** How an image is made and mounted, and which programs that needs. */
interface Kind {
  readonly programs: readonly string[];
  readonly make: (image: string) => readonly string[];
  readonly mount: (image: string, folder: string) => readonly string[];
}

const kinds = {
  ntfs: {
    programs: ['mkntfs', 'ntfs-3g', 'setfattr', 'umount'],
    make: (image: string) => ['mkntfs', '-F', '-Q', image],
    mount: (image: string, folder: string) => ['ntfs-3g', image, folder],
  },
  ntfsWithoutCase: {
    programs: ['mkntfs', 'lowntfs-3g', 'setfattr', 'umount'],
    make: (image: string) => ['mkntfs', '-F', '-Q', image],
    mount: (image: string, folder: string) => ['lowntfs-3g', '-o', 'ignore_case', image, folder],
  },
  ntfsWithStreams: {
    programs: ['mkntfs', 'ntfs-3g', 'umount'],
    make: (image: string) => ['mkntfs', '-F', '-Q', image],
    mount: (image: string, folder: string) => ['ntfs-3g', '-o', 'streams_interface=windows', image, folder],
  },
  fat: {
    programs: ['mkfs.vfat', 'fusefat', 'umount'],
    make: (image: string) => ['mkfs.vfat', image],
    mount: (image: string, folder: string) => ['fusefat', '-o', 'rw+', image, folder],
  },
} satisfies Readonly<Record<string, Kind>>;

export type MountedKind = keyof typeof kinds;

/** As Debian has it for those who are no administrators, too. */
const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };

const run = ([program = '', ...args]: readonly string[]): void =>
  void execFileSync(program, args, { env, stdio: 'pipe' });

/** What that needs and this machine lacks; undefined if nothing. */
export function lackingFor(kind: MountedKind): string | undefined {
  if (process.platform !== 'linux') return 'Linux';
  return kinds[kind].programs.find((name) => spawnSync('which', [name], { env }).status !== 0);
}

/** A test folder whose served folder is such a file system. */
export class MountedFolder extends TestFolder {
  private mounted = false;

  /** @throws where the system lets nobody mount it */
  constructor(kind: MountedKind) {
    super();
    const image = join(this.outside, 'image');
    try {
      writeFileSync(image, '');
      truncateSync(image, 16 * 1024 * 1024);
      run(kinds[kind].make(image));
      run(kinds[kind].mount(image, this.path));
      this.mounted = true;
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  folder(path: string): this {
    mkdirSync(this.at(path), { recursive: true });
    return this;
  }

  /** Gives an entry of NTFS the further name that Windows would give it. */
  shortName(path: string, name: string): this {
    run(['setfattr', '-n', 'system.ntfs_dos_name', '-v', name, this.at(path)]);
    return this;
  }

  override remove(): void {
    if (this.mounted) run(['umount', '-l', this.path]);
    super.remove();
  }
}

/** The folder, until the end of the suite whose `before` this is; skips the tests where something is lacking. */
export function mountedOrSkip(context: Mocha.Context, kind: MountedKind): MountedFolder {
  let folder: MountedFolder | undefined;
  let lacking = lackingFor(kind);
  try {
    if (lacking === undefined) folder = new MountedFolder(kind);
  } catch (error) {
    lacking = `leave to mount it (${String(error).split('\n')[0] ?? ''})`;
  }
  needs(context, lacking ?? '', folder !== undefined);
  context.test?.parent?.afterAll(() => folder.remove());
  return folder;
}

/** `/files/{path}`: folders are made; files are copied; both are moved and removed. */
import type { BigIntStats } from 'node:fs';
import { FileError } from '../../files/fileError';
import { Pace } from '../../files/pace';
import { Pool } from '../../files/pool';
import type { Root } from '../../files/root';
import { makeFolder } from '../../files/changing/make';
import { movableFolder, move, type Move } from '../../files/changing/move';
import { FlushedChanges, flushContent } from '../../files/changing/onDisk';
import { removable, removableFolder, remove, type Removal } from '../../files/changing/remove';
import { lookThrough } from '../../files/changing/subtree';
import type { Uploads } from '../../files/writing/uploads';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import type { Access, Options } from '../../options';
import { encodeSegment, parsePath } from '../common/path';
import { copy } from './copy';
import { destinationOf, mayOverwrite, refuseShallow } from './destination';
import { preconditionOf } from './precondition';
import { inTime, type MoveToTrash } from './removal';

export class Arrangement {
  /** What takes a while: folders looked through, files copied. */
  private readonly places: Pool;

  constructor(
    private readonly root: Root,
    private readonly uploads: Uploads,
    private readonly options: Pick<Options, 'access' | 'allowedHosts' | 'limits'>,
    private readonly trash?: MoveToTrash,
  ) {
    this.places = new Pool(options.limits.arranging);
  }

  /**
   * MKCOL (RFC 4918 §9.3).
   *
   * @param allow of the path's methods
   * @throws {@link HttpError} 405 if there is something, and others; FileError
   */
  async makeFolder(request: Request, rest: string, allow: FieldLine): Promise<Response> {
    if (request.body.length !== 0) throw new HttpError(415, 'A folder is made without content.');
    const { segments } = parsePath(rest);
    const changes = this.changes();
    const made = makeFolder(this.root, segments, preconditionOf(request, this.root, segments), changes?.note);
    await changes?.flush();
    if (!made) throw new HttpError(405, 'There is something of that name already.', [allow]);
    return { status: 201, fields: [locationLine(segments, true)] };
  }

  /** COPY of a file (RFC 4918 §9.8). @throws {@link HttpError}; FileError */
  async copy(request: Request, rest: string): Promise<Response> {
    const from = parsePath(rest);
    if (from.segments.length === 0) throw new HttpError(403, 'The served folder itself is not copied.');
    if (from.isFolder) throw noFolder();
    const to = fileAt(destinationOf(request, this.options.allowedHosts));
    const { root, uploads } = this;
    const wish = {
      request,
      from: from.segments,
      to,
      overwrite: mayOverwrite(request),
      mayReplace: mayReplace(this.options.access),
      largest: this.options.limits.body,
      check: preconditionOf(request, root, from.segments),
    };
    const stored = await this.places.run(() => copy(root, uploads, wish));
    if (stored === undefined) throw noFolder();
    return placed(stored, to, false);
  }

  /** MOVE (RFC 4918 §9.9). @throws {@link HttpError}; FileError */
  async move(request: Request, rest: string): Promise<Response> {
    const { segments: from, isFolder } = parsePath(rest);
    refuseShallow(request);
    const destination = destinationOf(request, this.options.allowedHosts);
    const to = isFolder ? destination.segments : fileAt(destination);
    const { root } = this;
    const check = preconditionOf(request, root, from);
    const changes = this.changes();
    const onChange = changes?.note;
    const wish: Move = { root, from, to, isFolder, overwrite: mayOverwrite(request), check, onChange };
    const real = isFolder ? movableFolder(wish) : undefined;
    const seen = real && (await this.lookThrough(request, real, to));
    if (changes !== undefined) await flushContent(root, from);
    const { created, path } = move(wish, seen);
    await changes?.flush();
    return placed(isFolder ? { created } : { created, path }, to, isFolder);
  }

  /** DELETE. @throws {@link HttpError}; FileError */
  async delete(request: Request, rest: string): Promise<Response> {
    const { segments, isFolder } = parsePath(rest);
    if (isFolder) refuseShallow(request);
    const { root } = this;
    const changes = this.changes();
    const check = preconditionOf(request, root, segments);
    const removal: Removal = { root, segments, isFolder, check, onChange: changes?.note };
    const real = isFolder ? removableFolder(removal) : undefined;
    const seen = real && (await this.lookThrough(request, real));
    // Meanwhile it may have become another one: then that is in the trash, or is judged anew.
    if (!(await this.moveToTrash(removal, seen))) remove(removal, seen);
    await changes?.flush();
    return { status: 204, fields: [] };
  }

  /** Undefined where nobody waits for the disk. */
  private changes(): FlushedChanges | undefined {
    return this.root.isSynced ? new FlushedChanges(this.root, this.uploads.flushes) : undefined;
  }

  /** @param real the folder's real path @param to where it is to go, if it is */
  private lookThrough({ signal }: Request, real: readonly string[], to?: readonly string[]): Promise<BigIntStats> {
    return this.places.run(async () => lookThrough(this.root, real, to, await Pace.begin(signal)));
  }

  private async moveToTrash(removal: Removal, seen: BigIntStats | undefined): Promise<boolean> {
    if (this.trash === undefined) return false;
    const path = removable(removal, seen);
    if (path === undefined) return false;
    return inTime(this.trash(path, removal.isFolder ? 'folder' : 'file'), this.options.limits.trashTimeout);
  }
}

/** Which access lets a copy replace what is there. */
const mayReplace = (access: Access): boolean => access === 'full';

const noFolder = (): HttpError => new HttpError(501, 'Folders are not copied here: copy the files in it.');

function fileAt({ segments, isFolder }: ReturnType<typeof parsePath>): readonly string[] {
  if (isFolder) throw new FileError('folder', 'The Destination is that of a folder.');
  return segments;
}

/** RFC 4918 §§9.8.5, 9.9.4: 201 if there was nothing before, else 204. @param path as it is logged */
function placed(
  { created, path }: { readonly created: boolean; readonly path?: string },
  to: readonly string[],
  isFolder: boolean,
): Response {
  const fields = created ? [locationLine(to, isFolder)] : [];
  return { status: created ? 201 : 204, fields, ...(path !== undefined && { stored: [path] }) };
}

const locationLine = (segments: readonly string[], isFolder: boolean): FieldLine => [
  'Location',
  `/files/${segments.map(encodeSegment).join('/')}${isFolder ? '/' : ''}`,
];

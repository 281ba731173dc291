/** `POST /files/{folder}/` with `multipart/form-data`: every part with a file name becomes a file, or none does. */
import { comparable } from '../files/names';
import type { Root } from '../files/root';
import type { Uploads } from '../files/uploads';
import { checkParent, type Upload } from '../files/write';
import { HttpError } from '../http/errors';
import type { Request, Response } from '../http/message';
import { readParts, type Part } from './multipart';
import { encodeSegment, parseName } from './path';
import { preconditionOf } from './precondition';

/** Most octets of a part that is no file, and is not kept. */
const mostOfField = 1024 * 1024;

/** What the answer tells of each file. */
interface StoredFile {
  /** As it was sent: a path relative to the folder of the URL. */
  readonly name: string;
  /** Path of its URL. */
  readonly location: string;
  /** In octets. */
  readonly size: number;
}

/** A form that is being stored. */
export class Form {
  private readonly files: StoredFile[] = [];
  private readonly paths = new Set<string>();

  /** @param folder the segments that its file names are relative to */
  constructor(
    private readonly root: Root,
    private readonly uploads: Uploads,
    private readonly request: Request,
    private readonly folder: readonly string[],
  ) {}

  /** @throws {@link HttpError}; FileError: then none of its files is stored */
  async store(content: AsyncIterable<Uint8Array>, boundary: string): Promise<Response> {
    // Who waits for a 100 is to hear what can be known beforehand.
    checkParent(this.root, this.folder);
    const stored = await this.uploads.storeAll(async (uploads) => {
      await readParts(content, boundary, (part) => this.take(part, uploads));
      if (uploads.length === 0) throw new HttpError(400, 'The form has no file in it.');
    });
    const body = Buffer.from(JSON.stringify(this.files));
    const [path, ...others] = stored.map((each) => each.path);
    return {
      status: 201,
      fields: [['Content-Type', 'application/json']],
      body,
      ...(path !== undefined && { stored: path }),
      ...(others.length > 0 && { alsoStored: others }),
    };
  }

  private async take({ fileName, content }: Part, uploads: Upload[]): Promise<void> {
    if (fileName === undefined) await skip(content, mostOfField);
    // A file input in which nothing was chosen.
    else if (fileName === '') await skip(content, 0);
    else await this.takeFile(fileName, content, uploads);
  }

  private async takeFile(name: string, content: AsyncIterable<Uint8Array>, uploads: Upload[]): Promise<void> {
    const segments = [...this.folder, ...segmentsOf(name)];
    const { root, request } = this;
    const upload = this.uploads.begin(root, segments, preconditionOf(request, root, segments), request.body);
    uploads.push(upload);
    const path = comparable(upload.path, root.platform);
    if (this.paths.has(path)) throw new HttpError(400, 'Two files of the form have the same name.');
    this.paths.add(path);
    for await (const bytes of content) await upload.write(bytes);
    upload.close();
    const location = `/files/${segments.map(encodeSegment).join('/')}`;
    this.files.push({ name, location, size: upload.size });
  }
}

function segmentsOf(name: string): readonly string[] {
  const { segments, isFolder } = parseName(name);
  if (isFolder || name.startsWith('/'))
    throw new HttpError(400, 'A file name of the form is no relative path of a file.');
  return segments;
}

async function skip(content: AsyncIterable<Uint8Array>, most: number): Promise<void> {
  let size = 0;
  for await (const bytes of content) {
    size += bytes.length;
    if (size > most) throw new HttpError(most === 0 ? 400 : 413, 'A part of the form has content, but no file name.');
  }
}

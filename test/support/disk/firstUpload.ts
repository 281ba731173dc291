/** One upload before others are watched: what the runtime opens for the first socket of a process, it keeps. */
import { Uploads } from '../../../src/files/writing/uploads';
import { TestFolder } from '../folder';

export async function firstUpload(): Promise<void> {
  const folder = new TestFolder();
  const uploads = new Uploads(folder.places);
  uploads.storeNow({ root: folder.root(), segments: ['x'], check: () => undefined }, Buffer.from('x'));
  await uploads.end();
  folder.remove();
}

/** What a drop box shows: a page that takes files, and tells of none. */
import type { FieldLine, Response } from '../../http/message/message';
import { formPageFields, pageStart } from '../common/html';

/** The same for everybody, whatever is there. */
const fields: readonly FieldLine[] = [...formPageFields, ['Vary', 'Accept-Encoding']];

/**
 * The answer to a GET or HEAD. Its form works without scripts.
 *
 * @param action where files are posted to: relative, so that it survives a proxy that puts a prefix before the path
 */
export const uploadPage = (action: string): Response => ({
  status: 200,
  fields,
  body: Buffer.from(`${pageStart('Upload files')}${formTo(action)}`),
});

const formTo = (action: string): string =>
  `<form action="${action}" method="post" enctype="multipart/form-data">
<p><label>Files <input type="file" name="file" multiple required></label>
<p><button>Upload</button>
</form>
`;

/** What kind of thing a file is, by its name: for its icon, and for how it is shown. Pure. */
import { extensionOf } from './fileNames';

export type ListedKind =
  | 'folder'
  | 'picture'
  | 'video'
  | 'audio'
  | 'pdf'
  | 'markdown'
  | 'code'
  | 'text'
  | 'archive'
  | 'document'
  | 'table'
  | 'slides'
  | 'font'
  | 'file';

const extensions: Readonly<Record<Exclude<ListedKind, 'folder' | 'file'>, string>> = {
  picture: 'apng avif bmp gif heic ico jfif jpeg jpg png svg svgz tif tiff webp',
  video: 'avi m4v mkv mov mp4 mpeg mpg ogv webm',
  audio: 'aac aif aiff flac m4a mid mp3 oga ogg opus wav wma',
  pdf: 'pdf',
  markdown: 'markdown md mdown mkd',
  code: 'astro bash bat c cc cfg cjs clj cmake conf cpp cs css cts cxx dart diff dockerfile env fish go gradle graphql h hpp htm html ini java jl js json json5 jsonc jsx kt less lua m mak mjs mts patch php pl plist proto ps1 py r rb rs sass scala scss sh sql svelte swift toml ts tsx vue xhtml xml yaml yml zig zsh',
  text: 'asc bib csv authors changelog license log nfo readme rst srt tex text tsv txt vtt',
  archive: '7z br bz2 deb dmg gz iso jar rar rpm tar tgz txz vsix war xz zip zst',
  document: 'doc docx epub mobi odt pages rtf',
  table: 'numbers ods xls xlsx',
  slides: 'key odp ppt pptx',
  font: 'otf ttc ttf woff woff2',
};

const kinds = new Map(
  Object.entries(extensions).flatMap(([kind, list]) =>
    list.split(' ').map((each) => [each, kind as ListedKind] as const),
  ),
);

/** Names that say it without an extension. */
const named = /^(?:makefile|dockerfile|gemfile|rakefile|procfile|jenkinsfile|justfile)$/i;
const plain = /^(?:license|licence|readme|changelog|authors|notice|copying|todo)$/i;

export function kindOf(name: string, isFolder = false): ListedKind {
  if (isFolder) return 'folder';
  if (named.test(name)) return 'code';
  if (plain.test(name)) return 'text';
  return kinds.get(extensionOf(name)) ?? 'file';
}

/** Media types of what a browser can show, for a blob of it: the API has one for all. Nothing in it can run a script. */
const mediaTypes: Readonly<Record<string, string>> = {
  ...{ apng: 'image/apng', avif: 'image/avif', bmp: 'image/bmp', gif: 'image/gif', ico: 'image/x-icon' },
  ...{ jfif: 'image/jpeg', jpeg: 'image/jpeg', jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' },
  ...{ svg: 'image/svg+xml', m4v: 'video/mp4', mov: 'video/quicktime', mp4: 'video/mp4', ogv: 'video/ogg' },
  ...{ webm: 'video/webm', aac: 'audio/aac', flac: 'audio/flac', m4a: 'audio/mp4', mp3: 'audio/mpeg' },
  ...{ oga: 'audio/ogg', ogg: 'audio/ogg', opus: 'audio/ogg', wav: 'audio/wav', pdf: 'application/pdf' },
};

export const mediaTypeOf = (name: string): string | undefined => mediaTypes[extensionOf(name)];

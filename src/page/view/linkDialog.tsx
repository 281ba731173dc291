/** The link of an entry, and its QR code, for another device. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { encode } from 'uqr';
import { shownName } from '../common/fileNames';
import type { Entry } from '../list/entries';
import { Box } from './box';
import { words, type Model } from './model';
import { addressOf } from './row';

/** As one path of squares. */
function pathOf(text: string): { readonly path: string; readonly size: number } {
  const { data, size } = encode(text, { border: 2 });
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])));
  return { path: squares.join(''), size };
}

function QrCode({ link, name }: { readonly link: string; readonly name: string }): JSX.Element {
  const { path, size } = pathOf(link);
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={words.qrOf(shownName(name))}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** Whether a phone that scans it would ask itself. */
const isOwn = (host: string): boolean => /^(?:(?:.+\.)?localhost|127\.[\d.]+|\[::1\])$/.test(host);

export function LinkDialog({ model, entry }: { readonly model: Model; readonly entry: Entry }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const close = (): void => model.store.set({ dialog: undefined });
  const link = new URL(addressOf(model, entry), location.href).href;
  const copy = (): void => {
    field.current?.select();
    void copyText(link).then((isCopied) => isCopied && model.note(words.copied));
  };
  return (
    <Box title={words.linkTo(entry.name)} className="link" onClose={close}>
      <h2>
        <bdi>{shownName(entry.name)}</bdi>
      </h2>
      <QrCode link={link} name={entry.name} />
      <label class="field">
        {words.address}
        <input ref={field} value={link} readOnly dir="ltr" onFocus={({ currentTarget }) => currentTarget.select()} />
      </label>
      {isOwn(location.hostname) && <p class="own">{words.ownAddress}</p>}
      <div class="answers">
        <button type="button" class="button plain" onClick={close}>
          {words.close}
        </button>
        <button type="button" class="button main" onClick={copy}>
          {words.copyLink}
        </button>
      </div>
    </Box>
  );
}

/** The clipboard's own way needs a secure context; the old one needs something that is selected. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // oxlint-disable-next-line typescript/no-deprecated -- by plain HTTP there is no other
    return document.execCommand('copy');
  }
}

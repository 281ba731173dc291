/** The code that a phone reads a link from. */
import { renderSVG } from 'uqr';

/** The code as SVG, with the quiet zone that readers need, and dark on light in every theme. */
export const qrCode = (link: string): string => renderSVG(link, { ecc: 'M', border: 4, pixelSize: 8 });

/** A button with a drawing, which has a name whether its words are shown or not. */
import type { JSX } from 'preact';
import { shownName } from '../common/fileNames';
import { Icon, type Shape } from '../common/icons';

interface Props {
  readonly shape: Shape;
  /** May have the name of a file in it. */
  readonly label: string;
  readonly onClick: () => void;
  /** Whether the words are shown. */
  readonly isWordy?: boolean;
  readonly className?: string;
  readonly isPressed?: boolean;
}

export const Button = ({ shape, label, onClick, isWordy, className, isPressed }: Props): JSX.Element => (
  <button
    type="button"
    class={`button ${className ?? ''}`}
    aria-label={shownName(label)}
    title={isWordy === true ? undefined : shownName(label)}
    aria-pressed={isPressed}
    onClick={onClick}
  >
    <Icon shape={shape} />
    {isWordy === true && <span>{shownName(label)}</span>}
  </button>
);

interface LinkProps extends Omit<Props, 'onClick'> {
  readonly href: string;
  /** What the file is to be called; undefined for a link that is followed. */
  readonly download?: string;
}

export const LinkButton = ({ shape, label, href, download, isWordy, className }: LinkProps): JSX.Element => (
  <a
    class={`button ${className ?? ''}`}
    href={href}
    download={download}
    target={download === undefined ? '_blank' : undefined}
    rel="noopener"
    aria-label={label}
    title={isWordy === true ? undefined : label}
  >
    <Icon shape={shape} />
    {isWordy === true && <span>{label}</span>}
  </a>
);

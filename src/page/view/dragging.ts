/** Entries that are dragged onto a folder, or onto one on the way to it, move there. By keyboard and touch, a dialog asks where to. */
import type { Entry } from '../list/entries';
import type { Place } from '../list/place';
import { only } from '../list/selection';
import type { Actions } from './actions';
import type { Model } from './model';

/** Attributes of an element. */
interface Handlers {
  readonly draggable?: boolean;
  readonly onDragStart?: (event: DragEvent) => void;
  readonly onDragEnd?: () => void;
  readonly onDragOver?: (event: DragEvent) => void;
  readonly onDragLeave?: (event: DragEvent) => void;
  readonly onDrop?: (event: DragEvent) => void;
}

/** Of an entry that can be dragged, with all that is selected if it is. */
export function dragging(model: Model, { name }: Entry): Handlers {
  if (!model.may('MOVE')) return {};
  const begin = ({ dataTransfer }: DragEvent): void => {
    if (!model.page.selection.names.has(name)) model.select(only(name));
    model.dragged = model.chosen;
    if (dataTransfer === null) return;
    dataTransfer.effectAllowed = 'move';
    dataTransfer.setData('text/plain', model.dragged.map((each) => each.name).join('\n'));
  };
  return { draggable: true, onDragStart: begin, onDragEnd: () => void (model.dragged = []) };
}

/** Of what stands for a folder. */
export function dropping(model: Model, actions: Actions, to: Place): Handlers {
  const isTarget = (): boolean => {
    const { place, dragged } = model;
    // Nothing moves to where it is, or into itself.
    const paths = [place.path, ...dragged.map(({ name }) => place.within(name).path)];
    return dragged.length > 0 && !paths.includes(to.path);
  };
  const show = (event: DragEvent, isOver: boolean): void => {
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.toggleAttribute('data-over', isOver);
  };
  return {
    onDragOver: (event) => {
      if (!isTarget()) return;
      event.preventDefault();
      show(event, true);
    },
    onDragLeave: (event) => {
      const { currentTarget, relatedTarget } = event;
      const isWithin = currentTarget instanceof Node && relatedTarget instanceof Node;
      if (!isWithin || !currentTarget.contains(relatedTarget)) show(event, false);
    },
    onDrop: (event) => {
      show(event, false);
      if (!isTarget()) return;
      event.preventDefault();
      void actions.moveTo(model.dragged, to);
    },
  };
}

/** All that can be done to objects of a noun. Toolbars, menus, keys and the palette have it from here. */
import { lazyDialog } from '../app/lazy';
import { EditIcon } from '../ui/icons';
import type { Run } from './Actions';
import { current } from './current';
import type { Action, DialogProps, Noun } from './noun';

/** Keys of actions, by their ids. */
export const ACTION_KEYS: readonly (readonly [key: string, action: string])[] = [
	['e', 'edit'],
	['m', 'migrate'],
	['r', 'scan'],
];

const Edit = lazyDialog<DialogProps>(() => import('./EditDialog'));
const made = new WeakMap<Noun, readonly Action[]>();

export function actionsOf(noun: Noun): readonly Action[] {
	const { set, actions } = noun;
	if (set === undefined) return actions;
	const known = made.get(noun);
	if (known !== undefined) return known;
	const edit: Action = {
		id: 'edit',
		method: set,
		label: 'edit.label',
		doing: 'edit.doing',
		done: 'edit.done',
		icon: EditIcon,
		Dialog: Edit,
	};
	const all = [...actions, edit];
	made.set(noun, all);
	return all;
}

/** Does what a key stands for to what the page is about. */
export function keyed(key: string, run: Run): void {
	const about = current();
	const id = ACTION_KEYS.find(([one]) => one === key)?.[1];
	const action = about && actionsOf(about.noun).find((one) => one.id === id);
	if (about !== undefined && action !== undefined) run(about.noun, action, about.target);
}

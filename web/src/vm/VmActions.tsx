/** The actions of `actions.ts` as buttons and as menu items: what cannot act is disabled and says why. */
import { Button, Menu, Tooltip } from '@mantine/core';
import { allowedOf, type VmVerb } from '../api/allowed';
import type { VM } from '../api/objects';
import { formatNumber } from '../ui/format';
import { DownIcon } from '../ui/icons';
import { VM_ACTIONS, type VmAction } from './actions';
import css from './VmActions.module.css';

interface VmActionsProps {
	vms: readonly VM[];
	run: (action: VmAction, vms: readonly VM[]) => void;
	/** Why nothing can be done at all, such as a lost connection. */
	blocked: string | undefined;
}

/** What wakes a VM, by what it does now. */
const WAKES: readonly VmVerb[] = ['start', 'resume', 'unpause'];

/** The main actions as buttons, the rest behind "More"; on narrow screens all behind one button, so that no row moves. */
export function VmButtons({ vms, run, blocked, narrow = false }: VmActionsProps & { narrow?: boolean }) {
	const shown = shownFor(vms);
	const isButton = ({ main, verb }: VmAction) => !narrow && (main === true || WAKES.includes(verb));
	return (
		<div className={css.buttons}>
			{shown.filter(isButton).map((action) => (
				<VmButton action={action} blocked={blocked} key={action.verb} run={run} vms={vms} />
			))}
			<Menu position={narrow ? 'bottom-start' : 'bottom-end'}>
				<Menu.Target>
					<Button rightSection={<DownIcon size={14} />} size="compact-sm" variant="default">
						{narrow ? 'Actions' : 'More'}
					</Button>
				</Menu.Target>
				<Menu.Dropdown className={css.menu}>
					<VmItems actions={shown.filter((action) => !isButton(action))} blocked={blocked} run={run} vms={vms} />
				</Menu.Dropdown>
			</Menu>
		</div>
	);
}

/** The actions that make sense for some VMs: of those that wake, the ones that can act, or Start where none can. */
function shownFor(vms: readonly VM[]): VmAction[] {
	const wakes = WAKES.filter((verb) => allowedOf(verb, vms).able.length > 0);
	const shown = wakes.length > 0 ? wakes : [WAKES[0]];
	return VM_ACTIONS.filter(({ verb }) => !WAKES.includes(verb) || shown.includes(verb));
}

function VmButton({ action, vms, run, blocked }: VmActionsProps & { action: VmAction }) {
	const { able, why = blocked } = allowedOf(action.verb, vms);
	const ActionIcon = action.icon;
	const partly = why === undefined && able.length < vms.length;
	return (
		<Tooltip disabled={why === undefined} label={why}>
			<Button
				aria-disabled={why !== undefined}
				data-disabled={why !== undefined || undefined}
				leftSection={<ActionIcon size={15} />}
				onClick={(event) => {
					if (why === undefined) run(action, vms);
					else event.preventDefault();
				}}
				size="compact-sm"
				variant="default"
			>
				{action.label}
				{partly && <span className={css.some}>{formatNumber(able.length)}</span>}
			</Button>
		</Tooltip>
	);
}

/** Actions as items of a menu. Below the first item that cannot act for a reason stands the reason; others name it. */
export function VmItems({
	vms,
	run,
	blocked,
	actions = shownFor(vms),
}: VmActionsProps & { actions?: readonly VmAction[] }) {
	const said = new Set<string>();
	return actions.map((action) => {
		const { able, why = blocked } = allowedOf(action.verb, vms);
		const ActionIcon = action.icon;
		const first = why !== undefined && !said.has(why);
		if (why !== undefined) said.add(why);
		return (
			<Menu.Item
				className={css.item}
				data-destroys={action.confirm?.destroys === true || undefined}
				disabled={why !== undefined}
				key={action.verb}
				leftSection={<ActionIcon size={16} />}
				onClick={() => run(action, vms)}
				title={why}
			>
				{action.label}
				{why === undefined && able.length < vms.length && <span className={css.some}>{formatNumber(able.length)}</span>}
				{first && <span className={css.why}>{why}</span>}
			</Menu.Item>
		);
	});
}

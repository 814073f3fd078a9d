/** The actions of `actions.ts` as buttons and as menu items: what cannot act is disabled and says why. */
import { Button, Menu, Tooltip } from '@mantine/core';
import { allowedOf, type VmVerb } from '../api/allowed';
import type { VM } from '../api/objects';
import { DownIcon } from '../ui/icons';
import { VM_ACTIONS, type VmAction } from './actions';
import css from './VmActions.module.css';

interface VmActionsProps {
	vms: readonly VM[];
	run: (action: VmAction, vms: readonly VM[]) => void;
	/** Why nothing can be done at all, such as a lost connection. */
	blocked: string | undefined;
}

/** What wakes a VM, by what it does now; one of them is enough to show. */
const WAKES: readonly VmVerb[] = ['start', 'resume', 'unpause'];

/** The main actions as buttons, the rest behind "More". */
export function VmButtons({ vms, run, blocked }: VmActionsProps) {
	const wake = WAKES.find((verb) => allowedOf(verb, vms).able.length > 0) ?? 'start';
	const isMain = ({ verb, main }: VmAction) => verb === wake || (main === true && !WAKES.includes(verb));
	return (
		<div className={css.buttons}>
			{VM_ACTIONS.filter(isMain).map((action) => (
				<VmButton action={action} blocked={blocked} key={action.verb} run={run} vms={vms} />
			))}
			<Menu position="bottom-end">
				<Menu.Target>
					<Button rightSection={<DownIcon size={14} />} size="compact-sm" variant="default">
						More
					</Button>
				</Menu.Target>
				<Menu.Dropdown>
					<VmItems actions={VM_ACTIONS.filter((action) => !isMain(action))} blocked={blocked} run={run} vms={vms} />
				</Menu.Dropdown>
			</Menu>
		</div>
	);
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
				{partly && <span className={css.some}>{able.length}</span>}
			</Button>
		</Tooltip>
	);
}

/** Actions as items of a menu; the reason stands below the item that cannot act. */
export function VmItems({
	vms,
	run,
	blocked,
	actions = VM_ACTIONS,
}: VmActionsProps & { actions?: readonly VmAction[] }) {
	return actions.map((action) => {
		const { why = blocked } = allowedOf(action.verb, vms);
		const ActionIcon = action.icon;
		return (
			<Menu.Item
				className={css.item}
				data-destroys={action.confirm?.destroys === true || undefined}
				disabled={why !== undefined}
				key={action.verb}
				leftSection={<ActionIcon size={16} />}
				onClick={() => run(action, vms)}
			>
				{action.label}
				{why !== undefined && <span className={css.why}>{why}</span>}
			</Menu.Item>
		);
	});
}

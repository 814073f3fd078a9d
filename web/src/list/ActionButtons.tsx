/** The actions of a noun as buttons and as menu items: what cannot act is disabled and says why. */
import { Button, Menu, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Forbids } from '../live/forbids';
import { formatNumber } from '../ui/format';
import { DownIcon } from '../ui/icons';
import css from './ActionButtons.module.css';
import type { Action, Noun } from './noun';
import { actionsOf } from './registry';
import { judge, size, type Target } from './target';
import { useForbidden } from './useForbidden';

interface ActionsProps {
	noun: Noun;
	target: Target;
	run: (action: Action, target: Target) => void;
	/** Why nothing can be done at all, such as a lost connection. */
	blocked: string | undefined;
}

/** The main actions as buttons, the rest behind "More"; on narrow screens all behind one button, so that no row moves. */
export function ActionButtons({ noun, target, run, blocked, narrow = false }: ActionsProps & { narrow?: boolean }) {
	const { t } = useTranslation();
	const forbids = useForbidden(noun, target);
	const shown = shownFor(noun, target);
	const isButton = ({ main, wakes }: Action) => !narrow && (main === true || wakes === true);
	const rest = shown.filter((action) => !isButton(action));
	return (
		<div className={css.buttons}>
			{shown.filter(isButton).map((action) => (
				<ActionButton action={action} blocked={blocked} forbids={forbids} key={action.id} run={run} target={target} />
			))}
			{rest.length > 0 && (
				<Menu position={narrow ? 'bottom-start' : 'bottom-end'}>
					<Menu.Target>
						<Button rightSection={<DownIcon size={14} />} size="compact-sm" variant="default">
							{t(narrow ? 'action.actions' : 'action.more')}
						</Button>
					</Menu.Target>
					<Menu.Dropdown className={css.menu}>
						<ActionItems actions={rest} blocked={blocked} noun={noun} run={run} target={target} />
					</Menu.Dropdown>
				</Menu>
			)}
		</div>
	);
}

/** The actions that make sense: of those that wake, the ones that can act, or the first where none can. */
function shownFor(noun: Noun, target: Target): Action[] {
	const all = actionsOf(noun);
	const wakes = all.filter(({ wakes }) => wakes);
	const able = wakes.filter((action) => judge(action, target).able > 0);
	const shown = able.length > 0 && target.is === 'rows' ? able : wakes.slice(0, target.is === 'all' ? undefined : 1);
	return all.filter((action) => !action.wakes || shown.includes(action));
}

interface ActionButtonProps extends Omit<ActionsProps, 'noun'> {
	action: Action;
	forbids: Forbids;
}

function ActionButton({ action, target, run, blocked, forbids }: ActionButtonProps) {
	const { t } = useTranslation();
	const { able, why = blocked } = judge(action, target, forbids);
	const ActionIcon = action.icon;
	const partly = why === undefined && able < size(target);
	return (
		<Tooltip disabled={why === undefined} label={why}>
			<Button
				aria-disabled={why !== undefined}
				className={css.button}
				data-destroys={destroys(action) || undefined}
				data-disabled={why !== undefined || undefined}
				leftSection={<ActionIcon size={15} />}
				onClick={(event) => {
					if (why === undefined) run(action, target);
					else event.preventDefault();
				}}
				size="compact-sm"
				variant="default"
			>
				{t(action.label)}
				{partly && <span className={css.some}>{formatNumber(able)}</span>}
			</Button>
		</Tooltip>
	);
}

/**
 * Actions as items of a menu, those that destroy apart at its end. Below the first item that cannot act for a reason
 * stands the reason; others name it.
 */
export function ActionItems({
	noun,
	target,
	run,
	blocked,
	actions = shownFor(noun, target),
}: ActionsProps & { actions?: readonly Action[] }) {
	const { t } = useTranslation();
	const forbids = useForbidden(noun, target);
	const said = new Set<string>();
	const harmless = actions.filter((action) => !destroys(action));
	const destroying = actions.filter(destroys);
	const item = (action: Action) => {
		const { able, why = blocked } = judge(action, target, forbids);
		const ActionIcon = action.icon;
		const first = why !== undefined && !said.has(why);
		if (why !== undefined) said.add(why);
		return (
			<Menu.Item
				className={css.item}
				data-destroys={destroys(action) || undefined}
				disabled={why !== undefined}
				key={action.id}
				leftSection={<ActionIcon size={16} />}
				onClick={() => run(action, target)}
				title={why}
			>
				{t(action.label)}
				{why === undefined && able < size(target) && <span className={css.some}>{formatNumber(able)}</span>}
				{first && <span className={css.why}>{why}</span>}
			</Menu.Item>
		);
	};
	return (
		<>
			{harmless.map(item)}
			{harmless.length > 0 && destroying.length > 0 && <Menu.Divider />}
			{destroying.map(item)}
		</>
	);
}

function destroys({ confirm }: Action): boolean {
	return confirm?.destroys === true;
}

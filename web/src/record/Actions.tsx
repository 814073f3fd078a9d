/** The actions on records, as buttons and as a menu. What cannot act says why. */
import { Button, Menu, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useConnectionState } from '../live/hooks';
import type { Row } from '../live/view';
import PlacedMenu from '../ui/PlacedMenu';
import type { Place } from '../ui/place';
import type { RecordAction, RecordNoun } from './noun';
import css from './Record.module.css';
import type { RunRecords } from './run';

interface ActionsProps {
	noun: RecordNoun;
	rows: readonly Row[];
	run: RunRecords;
}

/** Why an action cannot be run on rows; those it refuses among several are left out. */
function useVerdict() {
	const { t } = useTranslation();
	const isLost = useConnectionState().is === 'lost';
	return (action: RecordAction, rows: readonly Row[]): { able: readonly Row[]; why: string | undefined } => {
		const able = rows.filter((row) => action.refused?.(row) === undefined);
		if (isLost) return { able, why: t('connection.blocked') };
		if (action.single === true && rows.length > 1) return { able, why: t('record.single') };
		const [first] = rows;
		const why = able.length === 0 && first !== undefined ? action.refused?.(first) : undefined;
		return { able, why: why === undefined ? undefined : String(t(why)) };
	};
}

export function RecordButtons({ noun, rows, run }: ActionsProps) {
	const { t } = useTranslation();
	const verdict = useVerdict();
	return (
		<div className={css.buttons}>
			{noun.actions.map((action) => {
				const { able, why } = verdict(action, rows);
				const ActionIcon = action.icon;
				return (
					<Tooltip disabled={why === undefined} key={action.id} label={why}>
						<Button
							aria-disabled={why !== undefined || undefined}
							color={action.destroys === true ? 'red.8' : 'gray'}
							data-disabled={why !== undefined || undefined}
							leftSection={<ActionIcon size={15} />}
							onClick={() => why === undefined && run(action, able)}
							size="compact-sm"
							variant={action.destroys === true ? 'outline' : 'default'}
						>
							{t(action.label)}
						</Button>
					</Tooltip>
				);
			})}
		</div>
	);
}

export interface RecordMenuAt {
	rows: readonly Row[];
	at: Place;
}

interface RecordMenuProps extends RecordMenuAt {
	noun: RecordNoun;
	onClose: () => void;
	run: RunRecords;
}

/** The menu of one row or of the selection, at a place on the screen. */
export function RecordMenu({ noun, rows, at, onClose, run }: RecordMenuProps) {
	const { t } = useTranslation();
	const verdict = useVerdict();
	const [first] = rows;
	const title =
		first === undefined ? '' : rows.length === 1 ? noun.name(first) : String(t(noun.counted, { count: rows.length }));
	return (
		<PlacedMenu at={at} label={t('table.actionsOn', { name: title })} onClose={onClose}>
			<Menu.Label>{title}</Menu.Label>
			{noun.actions.map((action) => {
				const { able, why } = verdict(action, rows);
				const ActionIcon = action.icon;
				return (
					<Tooltip disabled={why === undefined} key={action.id} label={why} position="right">
						<Menu.Item
							aria-disabled={why !== undefined || undefined}
							closeMenuOnClick={why === undefined}
							color={action.destroys === true ? 'red.8' : undefined}
							data-disabled={why !== undefined || undefined}
							leftSection={<ActionIcon size={16} />}
							onClick={() => why === undefined && run(action, able)}
						>
							{t(action.label)}
						</Menu.Item>
					</Tooltip>
				);
			})}
		</PlacedMenu>
	);
}

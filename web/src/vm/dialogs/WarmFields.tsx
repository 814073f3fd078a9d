/** A warm migration: a running VM is copied, and rests only while what has changed meanwhile is sent after. */
import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../../form/ObjectSelect';
import { text } from '../../list/noun';
import { usePoolNames } from '../../pool/usePoolNames';
import { formatBytes } from '../../ui/format';
import { roomOf, STORAGE } from '../storage';
import css from './dialogs.module.css';

export interface Warm {
	sr: string | undefined;
	start: boolean;
	remove: boolean;
}

const COLUMNS = ['size', 'physical_usage', '$pool'];

export function WarmFields({ warm, onChange }: { warm: Warm; onChange: (warm: Warm) => void }) {
	const { t } = useTranslation();
	const pools = usePoolNames();
	return (
		<>
			<p className={css.note}>{t('migrate.warmHelp')}</p>
			<ObjectSelect
				columns={COLUMNS}
				filter={STORAGE}
				hint={(row) => t('migrate.hostHint', { pool: pools(text(row, '$pool')), size: formatBytes(roomOf(row)) })}
				label={t('migrate.toStorage')}
				onChange={(row) => onChange({ ...warm, sr: row?.id })}
				required
				type="SR"
				value={warm.sr}
			/>
			<div className={css.pair}>
				<Switch
					checked={warm.start}
					label={t('migrate.startThere')}
					onChange={(event) => onChange({ ...warm, start: event.currentTarget.checked })}
				/>
				<Switch
					checked={warm.remove}
					description={
						warm.remove ? <span className={css.warning}>{t('migrate.removeHelp')}</span> : t('migrate.keepHelp')
					}
					label={t('migrate.removeHere')}
					onChange={(event) => onChange({ ...warm, remove: event.currentTarget.checked })}
				/>
			</div>
		</>
	);
}

/** Switches the high availability of a pool on: by which storage its hosts know of each other, and how patient they are. */
import { Checkbox, Loader, NumberInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useDryRun } from '../form/useDryRun';
import { Reasons } from '../host/Reasons';
import { PATIENCE } from '../list/Actions';
import { type DialogProps, nameLabel, number } from '../list/noun';
import { useLive, useView } from '../live/hooks';
import { formatBytes } from '../ui/format';
import { useTell } from '../ui/tell';
import css from './PoolDialogs.module.css';

export default function HaDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [chosen, setChosen] = useState<readonly string[]>([]);
	const [timeout, setTimeout] = useState<number>();
	const [pool] = target.is === 'rows' ? target.rows : [];
	const id = pool?.id ?? '';
	const { rows: srs, view } = useView(
		useMemo(
			() => ({
				type: 'SR',
				filter: `$pool:${id} shared? !content_type:iso size:>0`,
				sort: ['name_label'],
				columns: ['name_label', 'size', 'SR_type'],
				limit: 100,
			}),
			[id],
		),
	);
	const configuration: Record<string, string> = timeout === undefined ? {} : { timeout: String(timeout) };
	const params = { pool: id, heartbeatSrs: [...chosen], configuration };
	const would = useDryRun('pool.enableHa', chosen.length === 0 ? undefined : params);
	if (pool === undefined) return null;
	const name = noun.name(pool);
	const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
	return (
		<FormDialog
			action={t(action.label)}
			onClose={onClose}
			onSubmit={() => {
				void tell(words, () => connection.call('pool.enableHa', params, PATIENCE));
				return undefined;
			}}
			ready={chosen.length > 0 && would.is === 'would'}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t('poolPage.haWhat')}</p>
			<Checkbox.Group label={t('poolPage.heartbeat')} onChange={setChosen} value={[...chosen]}>
				<div className={css.choices}>
					{srs.map((sr) => (
						<Checkbox
							description={formatBytes(number(sr, 'size') ?? 0)}
							key={sr.id}
							label={nameLabel(sr)}
							value={sr.id}
						/>
					))}
				</div>
			</Checkbox.Group>
			{view.isSettled && srs.length === 0 && <p className={css.bad}>{t('poolPage.noShared')}</p>}
			<NumberInput
				allowDecimal={false}
				description={t('poolPage.timeoutWhat')}
				label={t('poolPage.timeout')}
				max={600}
				min={10}
				onChange={(value) => setTimeout(typeof value === 'number' ? value : undefined)}
				placeholder="60"
				value={timeout ?? ''}
			/>
			<div aria-live="polite">
				{chosen.length > 0 && would.is === 'asking' && <Loader size="xs" />}
				{would.is === 'refused' && <Reasons error={would.error} />}
			</div>
		</FormDialog>
	);
}

/** The memory of the control domain, which is changed in maintenance only, and restarts the host. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BytesInput } from '../form/BytesInput';
import { FormDialog } from '../form/FormDialog';
import { Setting, Settings } from '../form/Setting';
import { PATIENCE } from '../list/Actions';
import { nameLabel, number, text } from '../list/noun';
import { useHeld } from '../live/Held';
import { useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import css from '../pool/PoolConfig.module.css';
import { formatBytes } from '../ui/format';
import { useTell } from '../ui/tell';

const LEAST = 2 ** 30;

export function ControlDomain({ host }: { host: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const isHeld = useHeld() !== undefined;
	const [asks, setAsks] = useState(false);
	const [memory, setMemory] = useState<number>();
	const domain = text(host, 'controlDomain');
	const [vm] = useView(
		useMemo(
			() => ({ type: 'VM-controller', filter: `id:${domain}`, columns: ['memory.size', 'CPUs.number'], limit: 1 }),
			[domain],
		),
	).rows;
	const size = vm === undefined ? undefined : number(vm, 'memory.size');
	const name = nameLabel(host);
	const label = t('hostPage.dom0Memory');
	const words = { action: label, doing: t('edit.change', { label }), done: t('form.set', { name, label }), name };
	const serves = host.enabled === true;
	return (
		<Settings title={t('hostPage.dom0')}>
			<Setting help={serves ? t('hostPage.dom0Maintenance') : undefined} label={label}>
				<span className={css.line}>
					{size !== undefined && formatBytes(size)}
					<Button disabled={isHeld || serves} onClick={() => setAsks(true)} size="compact-xs" variant="default">
						{t('hostPage.change')}
					</Button>
				</span>
			</Setting>
			<Setting label={t('hostPage.vcpus')}>{vm !== undefined && number(vm, 'CPUs.number')}</Setting>
			{asks && (
				<FormDialog
					action={t('hostPage.changeAndRestart')}
					destroys
					onClose={() => setAsks(false)}
					onSubmit={() => {
						const wanted = memory ?? size ?? LEAST;
						const params = { id: host.id, memory: wanted };
						void tell(words, () => connection.call('host.setControlDomainMemory', params, PATIENCE));
						return undefined;
					}}
					ready={(memory ?? 0) >= LEAST && memory !== size}
					title={t('action.ask', { action: label, name })}
				>
					<p>{t('hostPage.dom0What')}</p>
					<BytesInput label={label} min={LEAST} onChange={setMemory} value={memory ?? size} />
				</FormDialog>
			)}
		</Settings>
	);
}

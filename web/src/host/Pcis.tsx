/** The PCI devices of a host, and taking one from the control domain, so that a VM can have it. */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Setting, Settings } from '../form/Setting';
import { text } from '../list/noun';
import { useConnectionState, useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import css from '../pool/PoolConfig.module.css';
import { useConfirm } from '../ui/Confirm';
import { useTell } from '../ui/tell';

const COLUMNS = ['class_name', 'device_name', 'pci_id'];
const MOST = 200;

export function Pcis({ host }: { host: string }) {
	const { t } = useTranslation();
	const { rows } = useView(
		useMemo(() => ({ type: 'PCI', filter: `$host:${host}`, sort: ['pci_id'], columns: COLUMNS, limit: MOST }), [host]),
	);
	if (rows.length === 0) return null;
	return (
		<Settings title={t('hostPage.pcis')}>
			{rows.map((pci) => (
				<Pci key={pci.id} pci={pci} />
			))}
		</Settings>
	);
}

function Pci({ pci }: { pci: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const queries = useQueryClient();
	const state = useConnectionState();
	const [asks, setAsks] = useState(false);
	const key = ['pci', pci.id];
	const { data } = useQuery({
		queryKey: key,
		queryFn: () => connection.call('pci.getDom0AccessStatus', { id: pci.id }),
		enabled: asks && state.is === 'live',
		refetchOnWindowFocus: false,
		retry: false,
	});
	const name = text(pci, 'device_name') || text(pci, 'pci_id');
	const take = async () => {
		const action = t('hostPage.takeFromDom0');
		const body = <p>{t('hostPage.takeWhat')}</p>;
		if (!(await confirm({ title: t('action.ask', { action, name }), body, action, destroys: true }))) return;
		const words = { action, doing: action, done: t('form.set', { name, label: action }), name };
		await tell(words, () => connection.call('pci.disableDom0Access', { pcis: [pci.id], disable: true } as never));
		await queries.invalidateQueries({ queryKey: key });
	};
	return (
		<Setting help={text(pci, 'class_name')} label={text(pci, 'pci_id')}>
			<span className={css.line}>
				{name}
				{!asks && (
					<Button
						aria-label={t('hostPage.dom0AccessOf', { name })}
						onClick={() => setAsks(true)}
						size="compact-xs"
						variant="default"
					>
						{t('hostPage.dom0Access')}
					</Button>
				)}
				{data !== undefined && <span className={css.dim}>{t('hostPage.dom0State', { state: data })}</span>}
				{data === 'enabled' && (
					<Button disabled={state.is === 'lost'} onClick={() => void take()} size="compact-xs" variant="default">
						{t('hostPage.takeFromDom0')}
					</Button>
				)}
			</span>
		</Setting>
	);
}

/** Files that hosts make of their logs: what to send to whoever helps. */
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { download } from '../api/transfer';
import type { DialogProps } from '../list/noun';
import { subject } from '../list/target';
import { useLive } from '../live/hooks';
import { DownloadIcon } from '../ui/icons';
import { useTell } from '../ui/tell';

export default function LogsDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [opened, setOpened] = useState(true);
	const [row] = target.is === 'rows' ? target.rows : [];
	if (row === undefined) return null;
	const name = subject(target, noun, (count) => t(noun.counted, { count }));
	const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
	const files =
		noun.id === 'pools'
			? ([['pool.getSystemStatuses', t('hostPage.files.statuses')]] as const)
			: ([
					['host.getLogs', t('hostPage.files.logs')],
					['host.getSystemStatus', t('hostPage.files.status')],
					['host.getAuditLog', t('hostPage.files.audit')],
				] as const);
	return (
		<Modal
			onClose={() => setOpened(false)}
			onExitTransitionEnd={onClose}
			opened={opened}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<div style={{ display: 'grid', gap: 8 }}>
				{files.map(([method, label]) => (
					<Button
						justify="flex-start"
						key={method}
						leftSection={<DownloadIcon size={16} />}
						onClick={() => {
							setOpened(false);
							void tell(words, async () => download(await connection.call(method, { id: row.id })));
						}}
						variant="default"
					>
						{label}
					</Button>
				))}
			</div>
		</Modal>
	);
}

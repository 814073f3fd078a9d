/** Takes a storage out of service: the VMs that are shut down for it are named before. */
import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ServerError } from '../api/errors';
import { ObjectLink } from '../app/ObjectLink';
import { FormDialog } from '../form/FormDialog';
import { PATIENCE } from '../list/Actions';
import type { DialogProps } from '../list/noun';
import { useLive } from '../live/hooks';
import { useTell } from '../ui/tell';
import { Warning } from '../ui/Warning';

/** What the server tells of a dry run. */
interface Report {
	objects: {
		outcome: string;
		why?: string;
		error?: { message?: string; data?: { property?: string; expected?: string[] } };
	}[];
}

export default function MaintenanceDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [sr] = target.is === 'rows' ? target.rows : [];
	const asked = useQuery({
		queryKey: ['sr.enableMaintenanceMode', sr?.id],
		queryFn: async () => {
			const params = { selection: { ids: [sr?.id] }, dryRun: true };
			const report = (await connection.call('sr.enableMaintenanceMode', params as never)) as unknown as Report;
			const [{ outcome, why, error } = { outcome: 'refused', why: undefined, error: undefined }] = report.objects;
			if (outcome === 'would') return [];
			if (error?.data?.property === 'vmsToShutdown') return error.data.expected ?? [];
			throw new ServerError(0, why ?? error?.message ?? '');
		},
		retry: false,
		gcTime: 0,
		refetchOnWindowFocus: false,
	});
	if (sr === undefined) return null;
	const name = noun.name(sr);
	const vms = asked.data ?? [];
	return (
		<FormDialog
			action={t(action.label)}
			onClose={onClose}
			onSubmit={async () => {
				const words = {
					action: t(action.label),
					doing: t(action.doing, { name }),
					done: t(action.done, { name }),
					name,
				};
				void tell(words, () =>
					connection.call('sr.enableMaintenanceMode', { id: sr.id, vmsToShutdown: [...vms] }, PATIENCE),
				);
			}}
			ready={asked.data !== undefined}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t('srPage.maintenanceHelp')}</p>
			{asked.isFetching && <Loader size="xs" />}
			{asked.error !== null && <Warning tone="bad">{asked.error.message}</Warning>}
			{vms.length > 0 && (
				<Warning>
					{t('srPage.shutsDown', { count: vms.length })}
					<ul>
						{vms.map((id) => (
							<li key={id}>
								<ObjectLink id={id} list="vms" sort="VM" />
							</li>
						))}
					</ul>
				</Warning>
			)}
		</FormDialog>
	);
}

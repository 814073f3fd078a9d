/** What of a storage is looked at seldom: disks that wait to be merged, and what its driver can do. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { ObjectLink } from '../app/ObjectLink';
import { Setting, Settings } from '../form/Setting';
import { useLive } from '../live/hooks';
import { formatNumber } from '../ui/format';
import { RebootIcon } from '../ui/icons';
import { Scrolled } from '../ui/Scrolled';
import css from './SrAdvanced.module.css';

/** Asked when the section is opened, and again when somebody wants it. */
const ONCE = { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false } as const;

export default function SrAdvanced({ id }: { id: string }) {
	return (
		<Scrolled className={css.page}>
			<Coalesce id={id} />
			<Driver id={id} />
		</Scrolled>
	);
}

function Coalesce({ id }: { id: string }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { data, error, isFetching, refetch } = useQuery({
		queryKey: ['sr.getVdiChainsInfo', id],
		queryFn: () => connection.call('sr.getVdiChainsInfo', { id }),
		...ONCE,
	});
	const waiting = Object.entries(data?.unhealthyVdis ?? {}).sort(([, a], [, b]) => b - a);
	const broken = Object.entries(data?.vdisWithUnknownVhdParent ?? {});
	return (
		<Settings title={t('srPage.coalesce')}>
			<Setting help={t('srPage.coalesceHelp')} label={t('srPage.waiting')}>
				<span className={css.row}>
					{data !== undefined && formatNumber(data.nUnhealthyVdis)}
					<Button
						leftSection={<RebootIcon size={14} />}
						loading={isFetching}
						onClick={() => void refetch()}
						size="compact-sm"
						variant="default"
					>
						{t('srPage.lookAgain')}
					</Button>
				</span>
				{error !== null && <p role="alert">{errorText(error)}</p>}
			</Setting>
			{waiting.map(([disk, depth]) => (
				<Setting key={disk} label={t('srPage.depth', { count: depth })}>
					<ObjectLink id={disk} list="vdis" sort="VDI" />
				</Setting>
			))}
			{broken.map(([disk, parent]) => (
				<Setting key={disk} label={t('srPage.noParent')}>
					<ObjectLink id={disk} list="vdis" sort="VDI" /> <code>{parent}</code>
				</Setting>
			))}
		</Settings>
	);
}

function Driver({ id }: { id: string }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { data } = useQuery({
		queryKey: ['sm.getFromSr', id],
		queryFn: () => connection.call('sm.getFromSr', { sr: id }),
		...ONCE,
	});
	if (data === undefined) return null;
	const sm = data as {
		name_label?: string;
		version?: string;
		capabilities?: string[];
		supported_image_formats?: string[];
	};
	return (
		<Settings title={t('srPage.driver')}>
			<Setting label={t('column.name')}>
				{sm.name_label} {sm.version}
			</Setting>
			{(sm.supported_image_formats?.length ?? 0) > 0 && (
				<Setting label={t('srPage.formats')}>{sm.supported_image_formats?.join(', ').toUpperCase()}</Setting>
			)}
			<Setting label={t('srPage.can')}>
				<span className={css.can}>{sm.capabilities?.join(', ')}</span>
			</Setting>
		</Settings>
	);
}

/** What will be: the names, what is left of the hosts and the storage after it, and the button. */
import { Button, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../api/errors';
import { nameLabel, number } from '../../list/noun';
import { useAll, useConnectionState } from '../../live/hooks';
import { within } from '../../live/listing';
import { formatBytes, formatNumber } from '../../ui/format';
import { roomOf } from '../storage';
import { takenOf, wantedOf } from './draft';
import css from './NewVm.module.css';
import { useForm } from './part';

const HOST_COLUMNS = ['name_label', 'memory.size', 'memory.usage', 'enabled', 'power_state', 'cpus.cores'];

interface PreviewProps {
	isBusy: boolean;
	error: unknown;
	/** Fields that are not right yet. */
	count: number;
}

export function Preview({ isBusy, error, count }: PreviewProps) {
	const { t } = useTranslation();
	const { draft, change } = useForm();
	const isLost = useConnectionState().is === 'lost';
	const wanted = wantedOf(draft);
	return (
		<aside aria-label={t('newVm.preview')} className={css.aside}>
			<h2>{t('newVm.preview')}</h2>
			<ul className={css.names}>
				{wanted.map(({ name, index }) => (
					<li key={index}>{name || '…'}</li>
				))}
			</ul>
			<dl className={css.facts}>
				<Memory count={wanted.length} />
				<Storage count={wanted.length} />
			</dl>
			<Switch
				checked={draft.start}
				label={t('newVm.start')}
				onChange={(event) => change({ start: event.currentTarget.checked })}
			/>
			{draft.source === 'cd' && draft.disc === undefined && <p className={css.note}>{t('newVm.nothingToStart')}</p>}
			{error !== undefined && (
				<p className={css.error} role="alert">
					{errorText(error)}
				</p>
			)}
			{count > 0 && (
				<p className={css.error} role="status">
					{t('newVm.toPutRight', { count })}
				</p>
			)}
			<Button disabled={isLost} loading={isBusy} type="submit">
				{wanted.length === 1 ? t('newVm.create') : t('newVm.createMany', { count: wanted.length })}
			</Button>
		</aside>
	);
}

/** Memory of the host it prefers, or of the one with the most of it. */
function Memory({ count }: { count: number }) {
	const { t } = useTranslation();
	const { draft, facts } = useForm();
	const hosts = useAll('host', within('', '$pool', facts.pool.id), HOST_COLUMNS) ?? [];
	const free = (host: (typeof hosts)[number]) =>
		(number(host, 'memory.size') ?? 0) - (number(host, 'memory.usage') ?? 0);
	const able = hosts.filter((host) => host.enabled === true && host.power_state === 'Running');
	const roomiest = [...able].sort((a, b) => free(b) - free(a))[0];
	const host = hosts.find(({ id }) => id === draft.host) ?? roomiest;
	if (host === undefined) return null;
	const needed = (draft.memory ?? 0) * count;
	const room = draft.host === undefined ? able.reduce((sum, one) => sum + free(one), 0) : free(host);
	const where =
		draft.host === undefined && able.length > 1 ? t('newVm.onHosts', { count: able.length }) : nameLabel(host);
	// One VM has to fit on one host, however much there is of all.
	const isShort = needed > room || (draft.memory ?? 0) > free(host);
	const cpus = (draft.cpus ?? 0) * count;
	return (
		<>
			<div>
				<dt>{t('newVm.memoryOf', { where })}</dt>
				<dd data-short={isShort || undefined}>
					{t('newVm.takes', { taken: formatBytes(needed), free: formatBytes(room) })}
					<small>{isShort ? t('newVm.short') : t('newVm.remains', { size: formatBytes(room - needed) })}</small>
				</dd>
			</div>
			<div>
				<dt>{t('column.vcpu')}</dt>
				<dd data-short={(draft.cpus ?? 0) > (number(host, 'cpus.cores') ?? Number.MAX_VALUE) || undefined}>
					{t('newVm.cpusOf', {
						cpus: formatNumber(cpus),
						cores: formatNumber(number(host, 'cpus.cores') ?? 0),
						host: nameLabel(host),
					})}
				</dd>
			</div>
		</>
	);
}

function Storage({ count }: { count: number }) {
	const { t } = useTranslation();
	const { draft, facts } = useForm();
	return [...takenOf(draft)].map(([id, taken]) => {
		const sr = facts.storages.find((storage) => storage.id === id);
		if (sr === undefined) return null;
		const [needed, room] = [taken * count, roomOf(sr)];
		return (
			<div key={id}>
				<dt>{t('newVm.storageOf', { where: nameLabel(sr) })}</dt>
				<dd data-short={needed > room || undefined}>
					{t('newVm.takes', { taken: formatBytes(needed), free: formatBytes(room) })}
					<small>
						{needed > room ? t('newVm.shortStorage') : t('newVm.remains', { size: formatBytes(room - needed) })}
					</small>
				</dd>
			</div>
		);
	});
}

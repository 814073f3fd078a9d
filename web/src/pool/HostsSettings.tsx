/** Settings that hosts have and a pool has not: changed for all its hosts at once. */
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Method, Params } from '../api/methods';
import { EditableText } from '../form/EditableText';
import { Setting, Settings } from '../form/Setting';
import { text } from '../list/noun';
import { useHeld } from '../live/Held';
import { useLive, useView } from '../live/hooks';
import { useTell } from '../ui/tell';
import css from './PoolConfig.module.css';

const COLUMNS = ['name_label', 'logging', 'multipathing'];

export function HostsSettings({ pool }: { pool: string }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const isHeld = useHeld() !== undefined;
	const { rows: hosts } = useView(
		useMemo(() => ({ type: 'host', filter: `$pool:${pool}`, columns: COLUMNS, limit: 100 }), [pool]),
	);
	const destinations = [...new Set(hosts.map((host) => text(Object(host.logging), 'syslog_destination')))];
	const [destination = '', differs] = destinations;
	const paths = hosts.filter(({ multipathing }) => multipathing === true).length;
	const name = t('host.counted', { count: hosts.length });
	const all = async (label: string, method: Method, change: object) => {
		const words = { action: label, doing: t('edit.change', { label }), done: t('form.set', { name, label }), name };
		const params = { selection: { ids: hosts.map(({ id }) => id) }, ...change } as unknown;
		await tell(words, async () => {
			const report = (await connection.call(method, params as Params<typeof method>)) as unknown as Report;
			const failed = report.objects.find(({ outcome }) => outcome === 'failed' || outcome === 'refused');
			if (failed !== undefined) throw new Error(`${failed.name}: ${failed.error?.message}`);
		});
	};
	return (
		<Settings title={t('poolPage.allHosts')}>
			<Setting help={t('poolPage.syslogWhat')} label={t('poolPage.syslog')}>
				{differs !== undefined && <span className={css.note}>{t('poolPage.differs')} </span>}
				<EditableText
					disabled={isHeld || hosts.length === 0}
					label={t('poolPage.syslog')}
					labelled
					onSave={(to) =>
						all(t('poolPage.syslog'), 'host.setRemoteSyslogHost', { syslogDestination: to === '' ? null : to })
					}
					value={differs === undefined ? destination : destinations.filter(Boolean).join(', ')}
				/>
			</Setting>
			<Setting help={t('poolPage.multipathWhat')} label={t('poolPage.multipath')}>
				<span className={css.line}>
					{t('poolPage.onHosts', { count: paths, all: hosts.length })}
					<Button
						disabled={isHeld || paths === hosts.length}
						onClick={() => void all(t('poolPage.multipath'), 'host.set', { multipathing: true })}
						size="compact-xs"
						variant="default"
					>
						{t('poolPage.onAll')}
					</Button>
					<Button
						disabled={isHeld || paths === 0}
						onClick={() => void all(t('poolPage.multipath'), 'host.set', { multipathing: false })}
						size="compact-xs"
						variant="default"
					>
						{t('poolPage.offAll')}
					</Button>
				</span>
			</Setting>
		</Settings>
	);
}

interface Report {
	objects: { name?: string; outcome: string; error?: { message?: string } }[];
}

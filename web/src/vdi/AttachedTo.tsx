import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectLink } from '../app/ObjectLink';
import { text } from '../list/noun';
import { useView } from '../live/hooks';
import { idFilter } from '../live/names';
import css from './AttachedTo.module.css';

const COLUMNS = ['VM', 'device', 'attached', 'read_only'];
/** VMs that are named; no disk has so many. */
const MOST = 100;

/** The VMs that have a disk, and how. */
export function AttachedTo({ vbds }: { vbds: readonly string[] }) {
	const { t } = useTranslation();
	const ids = vbds.slice(0, MOST).join();
	const wish = useMemo(
		() => (ids === '' ? undefined : { type: 'VBD', filter: idFilter(ids.split(',')), columns: COLUMNS, limit: MOST }),
		[ids],
	);
	const { rows } = useView(wish);
	if (ids === '') return <span className={css.dim}>{t('disk.attachedToNone')}</span>;
	return (
		<ul className={css.list}>
			{rows.map((row) => (
				<li key={row.id}>
					<ObjectLink id={text(row, 'VM')} list="vms" sort="VM" />{' '}
					<span className={css.dim}>
						{[
							text(row, 'device'),
							t(row.attached === true ? 'disk.connected' : 'disk.notConnected'),
							row.read_only === true && t('vbd.readOnly'),
						]
							.filter(Boolean)
							.join(' · ')}
					</span>
				</li>
			))}
		</ul>
	);
}

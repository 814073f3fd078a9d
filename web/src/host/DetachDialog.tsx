/** Takes a host out of its pool, unless it is the master, whom a pool cannot lose. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { AskOne } from '../list/AskDialog';
import { BulkDialog } from '../list/BulkDialog';
import { type DialogProps, text } from '../list/noun';
import { useView } from '../live/hooks';

export default function DetachDialog({ target, ...props }: DialogProps) {
	const { t } = useTranslation();
	const [host] = target.is === 'rows' ? target.rows : [];
	const pool = host === undefined ? '' : text(host, '$pool');
	const [row] = useView(
		useMemo(() => ({ type: 'pool', filter: `id:${pool}`, columns: ['master'], limit: 1 }), [pool]),
	).rows;
	if (target.is !== 'rows' || target.rows.length !== 1) return <BulkDialog target={target} {...props} />;
	const isMaster = row !== undefined && text(row, 'master') === host?.id;
	return <AskOne blocked={isMaster ? t('why.hostMaster') : undefined} target={target} {...props} />;
}

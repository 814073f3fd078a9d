/** The state of the estate on one page: what there is, what is wrong, what is full, what is missing. */
import { use } from 'react';
import { useTranslation } from 'react-i18next';
import { loadNoun } from '../app/loadNoun';
import { PageLink } from '../app/PageLink';
import { Nothing } from '../list/Nothing';
import { useUser } from '../live/hooks';
import { LINK, Message } from '../ui/Message';
import { Alarms } from './Alarms';
import { Capacity } from './Capacity';
import { useEstate } from './estate';
import { Findings } from './Findings';
import { MissingPatches } from './MissingPatches';
import css from './OverviewPage.module.css';
import { States } from './States';
import { TopUsers } from './TopUsers';

export default function OverviewPage() {
	const { t } = useTranslation();
	const { pools, hosts, srs, uses, poolView } = useEstate();
	const noun = use(loadNoun('pools'));
	const isAdmin = useUser()?.permission === 'admin';
	const known = poolView.isSettled && poolView.total === 0;
	const title = <title>{`${t('overview.title')} · Xen Orchestra`}</title>;
	if (pools.length === 0) {
		return (
			<main className={css.nothing}>
				{title}
				<h1 className={css.hidden}>{t('overview.title')}</h1>
				{isAdmin || !known ? (
					<Nothing
						error={poolView.error?.message}
						filtered={false}
						known={known}
						noun={noun}
						onClear={() => undefined}
					/>
				) : (
					<Message title={t('overview.noneShared')}>
						<p>{t('overview.inLists')}</p>
						<PageLink className={LINK} to="/vms">
							{t('vm.title')}
						</PageLink>
					</Message>
				)}
			</main>
		);
	}
	return (
		<main className={css.page}>
			{title}
			<h1>{t('overview.title')}</h1>
			<States hosts={hosts} pools={pools} />
			<div className={css.columns}>
				<Findings hosts={hosts} pools={pools} srs={srs} />
				<div className={css.column}>
					<Alarms />
					<MissingPatches pools={pools} />
				</div>
			</div>
			<Capacity uses={uses} />
			<TopUsers pools={pools} />
		</main>
	);
}

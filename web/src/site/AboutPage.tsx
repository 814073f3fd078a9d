/** What this server is, and where more is to be read. */
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { base } from '../app/base';
import { Setting, Settings } from '../form/Setting';
import { useLive } from '../live/hooks';
import css from '../user/Profile.module.css';

export default function AboutPage() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { data } = useQuery({
		queryKey: ['about'],
		queryFn: async () => {
			const [api, zone] = await Promise.all([
				connection.call('system.getServerVersion', {}),
				connection.call('system.getServerTimezone', {}),
			]);
			return { api, zone };
		},
		staleTime: Number.POSITIVE_INFINITY,
		refetchOnReconnect: false,
		refetchOnWindowFocus: false,
	});
	const link = (path: string) => new URL(path, base()).href;
	return (
		<main className={css.page}>
			<title>{`${t('place.about')} · Xen Orchestra`}</title>
			<h1>{t('place.about')}</h1>
			<p className={css.lead}>{t('about.what')}</p>
			<Settings title={t('about.server')}>
				<Setting help={t('about.apiHelp')} label={t('about.api')}>
					{data === undefined ? '…' : String(data.api)}
				</Setting>
				<Setting label={t('about.zone')}>{data === undefined ? '…' : String(data.zone)}</Setting>
				<Setting label={t('about.address')}>{new URL(base()).origin}</Setting>
				<Setting label={t('about.licence')}>
					<a href="https://www.gnu.org/licenses/agpl-3.0.html" rel="noreferrer" target="_blank">
						GNU AGPL 3.0
					</a>
				</Setting>
			</Settings>
			<Settings title={t('about.automation')}>
				<Setting help={t('about.restHelp')} label={t('about.rest')}>
					<a href={link('rest/v0/docs')} rel="noreferrer" target="_blank">
						{t('about.restDocs')}
					</a>
				</Setting>
				<Setting label="OpenAPI">
					<a href={link('rest/v0/docs/swagger.json')} rel="noreferrer" target="_blank">
						swagger.json
					</a>
				</Setting>
			</Settings>
		</main>
	);
}

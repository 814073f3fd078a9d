/** One's own account: password, language, colours, tokens, SSH keys. */
import { Button, NativeSelect, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../app/PageLink';
import { signOut } from '../app/session';
import { Setting, Settings } from '../form/Setting';
import { LANGUAGES, type Language, setLanguage } from '../i18n';
import { useConnectionState, useLive, useUser } from '../live/hooks';
import { useRecords } from '../live/records';
import { NewToken } from '../token/NewToken';
import { ChangePassword } from './ChangePassword';
import css from './Profile.module.css';
import { SavedFilters } from './SavedFilters';
import { SshKeys } from './SshKeys';

const SCHEMES = ['auto', 'light', 'dark'] as const;

export default function ProfilePage() {
	const { t, i18n } = useTranslation();
	const { connection } = useLive();
	const user = useUser();
	const isLost = useConnectionState().is === 'lost';
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	const { data: tokens } = useRecords({ method: 'user.getAuthenticationTokens', params: {}, of: ['token'] });
	const [dialog, setDialog] = useState<'password' | 'token'>();
	const close = () => setDialog(undefined);
	return (
		<main className={css.page}>
			<title>{`${t('place.profile')} · Xen Orchestra`}</title>
			<h1>{t('place.profile')}</h1>
			<Settings title={t('profile.account')}>
				<Setting label={t('user.email')}>{user?.email}</Setting>
				<Setting
					help={t(user?.permission === 'admin' ? 'user.adminHelp' : 'user.limitedHelp')}
					label={t('user.permission')}
				>
					{t(user?.permission === 'admin' ? 'user.admin' : 'user.limited')}
				</Setting>
				<Setting label={t('user.password')}>
					<Button disabled={isLost} onClick={() => setDialog('password')} size="compact-sm" variant="default">
						{t('profile.changePassword')}
					</Button>
				</Setting>
				<Setting label={t('profile.session')}>
					<Button onClick={() => void signOut(connection)} size="compact-sm" variant="default">
						{t('account.signOut')}
					</Button>
				</Setting>
			</Settings>
			<Settings title={t('profile.look')}>
				<Setting help={t('profile.hereOnly')} label={t('profile.language')}>
					<NativeSelect
						aria-label={t('profile.language')}
						data={LANGUAGES.map(([value, label]) => ({ value, label }))}
						onChange={(event) => void setLanguage(event.currentTarget.value as Language)}
						value={i18n.language}
					/>
				</Setting>
				<Setting help={t('profile.hereOnly')} label={t('profile.colours')}>
					<SegmentedControl
						aria-label={t('profile.colours')}
						data={SCHEMES.map((value) => ({ value, label: t(`account.${value}`) }))}
						onChange={(value) => setColorScheme(SCHEMES.find((scheme) => scheme === value) ?? 'auto')}
						size="xs"
						value={colorScheme}
					/>
				</Setting>
			</Settings>
			<Settings title={t('place.tokens')}>
				<Setting help={t('token.what')} label={t('token.own')}>
					<span className={css.row}>
						{tokens !== undefined && t('token.counted', { count: tokens.length })}
						<PageLink className={css.link} to="/tokens">
							{t('token.manage')}
						</PageLink>
						<Button disabled={isLost} onClick={() => setDialog('token')} size="compact-sm" variant="default">
							{t('token.new')}
						</Button>
					</span>
				</Setting>
			</Settings>
			<SshKeys />
			<SavedFilters />
			{dialog === 'password' && <ChangePassword onClose={close} />}
			{dialog === 'token' && <NewToken onClose={close} />}
		</main>
	);
}

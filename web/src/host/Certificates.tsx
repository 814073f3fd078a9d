/** The certificates of a host: until when they are good, and giving it another. */
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { Setting, Settings } from '../form/Setting';
import { nameLabel } from '../list/noun';
import { useHeld } from '../live/Held';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import css from '../pool/PoolConfig.module.css';
import { Copy } from '../ui/Copy';
import { formatTime } from '../ui/format';

interface Certificate {
	fingerprint: string;
	/** Seconds since the epoch. */
	notAfter: number;
}

/** A certificate that ends within a month is to be renewed. */
const SOON = 30 * 86_400;

export function Certificates({ host }: { host: Row }) {
	const { t } = useTranslation();
	const isHeld = useHeld() !== undefined;
	const [asks, setAsks] = useState(false);
	const certificates = (Array.isArray(host.certificates) ? host.certificates : []) as Certificate[];
	const soon = Date.now() / 1000 + SOON;
	return (
		<Settings title={t('hostPage.certificates')}>
			{certificates.map(({ fingerprint, notAfter }) => (
				<Setting
					key={fingerprint}
					label={t(notAfter < soon ? 'hostPage.endsSoon' : 'hostPage.goodUntil', { time: formatTime(notAfter) })}
				>
					<code>{fingerprint}</code> <Copy label={t('hostPage.copyFingerprint')} text={fingerprint} />
				</Setting>
			))}
			<Setting label={t('hostPage.another')}>
				<span className={css.line}>
					<Button disabled={isHeld} onClick={() => setAsks(true)} size="compact-xs" variant="default">
						{t('hostPage.installCertificate')}…
					</Button>
				</span>
			</Setting>
			{asks && <Install host={host} onClose={() => setAsks(false)} />}
		</Settings>
	);
}

function Install({ host, onClose }: { host: Row; onClose: () => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [certificate, setCertificate] = useState('');
	const [chain, setChain] = useState('');
	const [privateKey, setKey] = useState('');
	const area = (label: string, value: string, onChange: (text: string) => void, required: boolean) => (
		<Textarea
			autosize
			label={label}
			maxRows={6}
			minRows={3}
			onChange={(event) => onChange(event.currentTarget.value)}
			placeholder="-----BEGIN …"
			required={required}
			spellCheck={false}
			value={value}
			withAsterisk={false}
		/>
	);
	return (
		<FormDialog
			action={t('hostPage.installCertificate')}
			onClose={onClose}
			onSubmit={() =>
				connection.call('host.installCertificate', {
					id: host.id,
					certificate,
					privateKey,
					...(chain.trim() !== '' && { chain }),
				})
			}
			ready={certificate.trim() !== '' && privateKey.trim() !== ''}
			size="lg"
			title={t('action.ask', { action: t('hostPage.installCertificate'), name: nameLabel(host) })}
		>
			<p>{t('hostPage.certificateWhat')}</p>
			{area(t('hostPage.certificate'), certificate, setCertificate, true)}
			{area(t('hostPage.chain'), chain, setChain, false)}
			{area(t('hostPage.privateKey'), privateKey, setKey, true)}
		</FormDialog>
	);
}

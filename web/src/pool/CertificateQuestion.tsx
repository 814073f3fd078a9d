/** A certificate that nobody who is trusted vouches for: what it says of itself, and whether to accept it all the same. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ServerError } from '../api/errors';
import type { Certificate } from '../api/objects';
import { Copy } from '../ui/Copy';
import { formatTime } from '../ui/format';
import css from './CertificateQuestion.module.css';

/** The certificate for which a connection was refused, if that is why. */
export function certificateOf(error: unknown): Certificate | undefined {
	if (!(error instanceof ServerError)) return undefined;
	const { certificate } = Object(error.data) as { certificate?: Certificate };
	return typeof certificate?.fingerprint === 'string' ? certificate : undefined;
}

/** What a host's console says of its own certificate. */
const COMMAND = 'openssl x509 -in /etc/xensource/xapi-ssl.pem -noout -fingerprint -sha256';

interface CertificateQuestionProps {
	certificate: Certificate;
	/** Also sends the form that it stands in. */
	onAccept: () => void;
	busy?: boolean;
}

export function CertificateQuestion({ certificate, onAccept, busy }: CertificateQuestionProps) {
	const { t } = useTranslation();
	return (
		<div className={css.question}>
			<p>
				<strong>{t('certificate.title', { address: certificate.address })}</strong>
			</p>
			<CertificateFacts certificate={certificate} />
			<p>{t('certificate.compare')}</p>
			<p className={css.command}>
				<code>{COMMAND}</code> <Copy label={t('certificate.copyCommand')} text={COMMAND} />
			</p>
			<Button className={css.accept} color="red.8" loading={busy} onClick={onAccept} size="compact-md" type="submit">
				{t('certificate.accept')}
			</Button>
		</div>
	);
}

export function CertificateFacts({ certificate }: { certificate: Certificate }) {
	const { t } = useTranslation();
	const { fingerprint, subject, issuer, validFrom, validUntil } = certificate;
	return (
		<dl className={css.facts}>
			<dt>{t('certificate.fingerprint')}</dt>
			<dd>
				<code>{fingerprint}</code> <Copy label={t('certificate.copy')} text={fingerprint} />
			</dd>
			<dt>{t('certificate.subject')}</dt>
			<dd>{subject}</dd>
			<dt>{t('certificate.issuer')}</dt>
			<dd>{issuer === subject ? t('certificate.itself') : issuer}</dd>
			{typeof validFrom === 'number' && typeof validUntil === 'number' && (
				<>
					<dt>{t('certificate.valid')}</dt>
					<dd>{t('certificate.fromTo', { from: formatTime(validFrom / 1000), to: formatTime(validUntil / 1000) })}</dd>
				</>
			)}
		</dl>
	);
}

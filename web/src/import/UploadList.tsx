/** What is on its way, and what came of what was. */
import { ActionIcon, Button, Progress, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatDuration, formatPercent } from '../ui/format';
import { CloseIcon, RebootIcon } from '../ui/icons';
import css from './UploadList.module.css';
import { isUnderWay, type Upload, uploads } from './uploads';

export function UploadList() {
	const { t } = useTranslation();
	const list = useSyncExternalStore(uploads.watch, uploads.list);
	if (list.length === 0) return null;
	return (
		<section aria-label={t('import.uploads')} className={css.uploads}>
			<header>
				<h2>{t('import.uploads')}</h2>
				{list.some((one) => !isUnderWay(one)) && (
					<Button color="gray" onClick={() => uploads.clear()} size="compact-sm" variant="subtle">
						{t('import.clear')}
					</Button>
				)}
			</header>
			<ul>
				{list.map((upload) => (
					<Line key={upload.id} upload={upload} />
				))}
			</ul>
		</section>
	);
}

function Line({ upload }: { upload: Upload }) {
	const { t } = useTranslation();
	const { id, name, size, sent, rate, state, error, made } = upload;
	const part = size ? sent / size : undefined;
	const rest = size !== undefined && rate ? (size - sent) / rate : undefined;
	return (
		<li aria-label={name} className={css.upload} data-state={state}>
			<div className={css.what}>
				{made === undefined ? (
					<strong>{name}</strong>
				) : (
					<Link params={{ list: made.list, id: made.id }} search={{}} to="/$list/$id">
						{name}
					</Link>
				)}
				<span className={css.state}>{t(`import.state.${state}`)}</span>
			</div>
			{state === 'sending' && (
				<>
					<Progress aria-label={t('activity.progress', { name })} value={(part ?? 0) * 100} />
					<p className={css.dim}>
						{[
							formatPercent(part ?? 0),
							t('import.sent', { sent: formatBytes(sent), size: formatBytes(size ?? 0) }),
							rate !== undefined && t('import.rate', { rate: formatBytes(rate) }),
							rest !== undefined && t('import.left', { time: formatDuration(Math.ceil(rest)) }),
						]
							.filter(Boolean)
							.join(' · ')}
					</p>
				</>
			)}
			{state === 'working' && <p className={css.dim}>{t(size === undefined ? 'import.fetching' : 'import.making')}</p>}
			{error !== undefined && (
				<p className={css.error} role="alert">
					{error}
				</p>
			)}
			<div className={css.buttons}>
				{(state === 'waiting' || state === 'sending' || (state === 'working' && size !== undefined)) && (
					<Tooltip label={t('action.cancel')}>
						<ActionIcon
							aria-label={t('import.cancel', { name })}
							color="gray"
							onClick={() => uploads.cancel(id)}
							variant="subtle"
						>
							<CloseIcon size={16} />
						</ActionIcon>
					</Tooltip>
				)}
				{(state === 'failed' || state === 'cancelled') && (
					<Tooltip label={t('import.again')}>
						<ActionIcon
							aria-label={t('import.againName', { name })}
							color="gray"
							onClick={() => uploads.again(id)}
							variant="subtle"
						>
							<RebootIcon size={16} />
						</ActionIcon>
					</Tooltip>
				)}
			</div>
		</li>
	);
}

/** Why a list has no rows, and what to do about it. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Key } from '../i18n';
import { useLive } from '../live/hooks';
import { Message } from '../ui/Message';
import type { NothingProps } from './Nothing';
import type { NounId } from './noun';
import { useNoPool } from './useNoPool';

/** What to know where there is none of a noun. */
const NONE: Partial<Record<NounId, Key>> = {
	vms: 'noneOf.vms',
	templates: 'noneOf.templates',
	snapshots: 'noneOf.snapshots',
	srs: 'noneOf.srs',
	vdis: 'noneOf.vdis',
	networks: 'noneOf.networks',
	vifs: 'noneOf.vifs',
	pifs: 'noneOf.pifs',
	tasks: 'noneOf.tasks',
	messages: 'noneOf.messages',
	vbds: 'noneOf.vbds',
};

export default function NothingHere({ noun, scoped, filtered, error, onClear }: NothingProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const noPool = useNoPool();
	const title = t(noun.title);
	if (error !== undefined) {
		return (
			<Message title={t('empty.failed')} tone="bad">
				<p>{error}</p>
				<Button onClick={() => connection.reconnect()} variant="default">
					{t('connection.tryAgain')}
				</Button>
			</Message>
		);
	}
	if (filtered) {
		return (
			<Message title={t('empty.noMatch')}>
				<Button onClick={onClear} variant="default">
					{t('filter.clear')}
				</Button>
			</Message>
		);
	}
	const why = NONE[noun.id];
	const none = <Message title={t('empty.none', { title })}>{why !== undefined && <p>{t(why)}</p>}</Message>;
	if (scoped === true) return none;
	return noPool ?? none;
}

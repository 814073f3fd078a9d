/** Looks for interfaces with the same MAC address where there are too many to count them all the time. */
import { Button, Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Params } from '../api/methods';
import type { Connection } from '../live/connection';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import css from './Findings.module.css';
import { interfacesOf, sameFilter, shared, vmsOf } from './macs';

/** Rows of one answer, the most that a view has. */
const PAGE = 500;

export function SameAddresses() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [found, setFound] = useState<string[] | 'looking' | Error>();
	const look = () => {
		setFound('looking');
		doubled(connection).then(setFound, (error: unknown) =>
			setFound(error instanceof Error ? error : new Error(String(error))),
		);
	};
	return (
		<div className={css.asked}>
			<span className={css.what} role="status">
				{Array.isArray(found) && found.length === 0 && t('overview.noMacs')}
				{Array.isArray(found) && found.length > 0 && (
					<Link params={{ list: 'vifs' }} search={{ s: sameFilter(found) }} to="/$list">
						{t('overview.found.macs', { count: found.length })}
					</Link>
				)}
				{found instanceof Error && errorText(found)}
				{found === undefined && t('overview.macsUnknown')}
				{found === 'looking' && <Loader size="xs" />}
			</span>
			<Button disabled={found === 'looking'} onClick={look} size="compact-sm" variant="default">
				{t('overview.lookForMacs')}
			</Button>
		</div>
	);
}

/** In their order, those that are the same stand beside each other. */
async function doubled(connection: Connection): Promise<string[]> {
	const found = new Set<string>();
	let last = '';
	const wish = { type: 'VIF', sort: ['MAC'], columns: ['MAC'], limit: PAGE };
	const { id, ...first } = await connection.call('view.subscribe', wish);
	try {
		let { rows, total } = first as unknown as { rows: { MAC: string }[]; total: number };
		for (let offset = PAGE; ; offset += PAGE) {
			for (const { MAC } of rows) {
				if (MAC === last) found.add(MAC);
				last = MAC;
			}
			if (offset >= total || rows.length === 0) break;
			const next = await connection.call('view.update', { id, ...wish, offset });
			({ rows, total } = next as unknown as { rows: { MAC: string }[]; total: number });
		}
	} finally {
		void connection.call('view.unsubscribe', { id }).catch(() => undefined);
	}
	if (found.size === 0) return [];
	const interfaces = await once(connection, interfacesOf([...found]));
	return shared(interfaces, await once(connection, vmsOf(interfaces)));
}

/** The rows of a view as they are now. */
async function once(connection: Connection, wish: Params<'view.subscribe'>): Promise<Row[]> {
	const { id, rows } = await connection.call('view.subscribe', wish);
	void connection.call('view.unsubscribe', { id }).catch(() => undefined);
	return rows as unknown as Row[];
}

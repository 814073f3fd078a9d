import { type ReactNode, useState } from 'react';
import { useView } from '../live/hooks';
import css from './NeedsPool.module.css';
import { useNoPool } from './useNoPool';

const POOLS = { type: 'pool', filter: '', columns: [], limit: 1 };

/** A page that is of no use without a pool: says why there is none, and what to do. One that was there once is enough. */
export function NeedsPool({ title, children }: { title: string; children: ReactNode }) {
	const { view } = useView(POOLS);
	const why = useNoPool();
	const [wasThere, setThere] = useState(false);
	if (!wasThere && (view.total ?? 0) > 0) setThere(true);
	if (wasThere || !view.isSettled || why === undefined) return children;
	return (
		<main className={css.page}>
			<title>{`${title} · Xen Orchestra`}</title>
			<h1>{title}</h1>
			{why}
		</main>
	);
}

import { Link } from '@tanstack/react-router';
import type { NounId } from '../list/noun';
import { useName } from '../live/hooks';
import type { Sort } from '../live/names';
import css from './ObjectLink.module.css';

interface ObjectLinkProps {
	/** The list whose page of it is led to. */
	list: NounId;
	sort: Sort;
	id: string;
}

/** What an object is called, as the way to its page. */
export function ObjectLink({ list, sort, id }: ObjectLinkProps) {
	const name = useName(sort, id);
	if (id === '') return null;
	return (
		<Link className={css.link} params={{ list, id }} search={{}} to="/$list/$id">
			{name ?? '…'}
		</Link>
	);
}

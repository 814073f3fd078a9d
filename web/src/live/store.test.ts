import { describe, expect, it, vi } from 'vitest';
import type { AnyObject } from '../api/objects';
import { Store } from './store';

function pool(id: string, name_label = id): AnyObject {
	return { type: 'pool', id, $pool: id, name_label, name_description: '', master: 'h' };
}

/** A store whose flush happens when the test says so. */
function manual() {
	const due: (() => void)[] = [];
	const store = new Store((run) => due.push(run));
	return {
		store,
		flush() {
			for (const run of due.splice(0)) run();
		},
	};
}

describe('a store', () => {
	it('wakes only those who watch an object that changed', () => {
		const { store, flush } = manual();
		store.apply([pool('a'), pool('b')]);
		flush();
		const a = vi.fn();
		const b = vi.fn();
		store.watchId('a', a);
		store.watchId('b', b);
		store.apply([pool('b', 'renamed')]);
		flush();
		expect(a).not.toHaveBeenCalled();
		expect(b).toHaveBeenCalledOnce();
		expect(store.get('pool', 'b')?.name_label).toBe('renamed');
	});

	it('wakes once for many changes between two frames', () => {
		const { store, flush } = manual();
		const seen = vi.fn();
		store.watchId('a', seen);
		for (let i = 0; i < 100; i++) store.apply([pool('a', `name ${i}`)]);
		expect(seen).not.toHaveBeenCalled();
		flush();
		expect(seen).toHaveBeenCalledOnce();
	});

	it('stops waking who went away', () => {
		const { store, flush } = manual();
		const seen = vi.fn();
		store.watchId('a', seen)();
		store.apply([pool('a')]);
		flush();
		expect(seen).not.toHaveBeenCalled();
	});

	it('forgets what a complete list lacks', () => {
		const { store, flush } = manual();
		store.apply([pool('a'), pool('b')]);
		flush();
		const gone = vi.fn();
		store.watchId('a', gone);
		store.replace([pool('b')]);
		flush();
		expect(gone).toHaveBeenCalledOnce();
		expect([...store.all('pool').keys()]).toEqual(['b']);
	});

	it('tells a list which ids changed since it last asked', () => {
		const { store } = manual();
		const log = store.follow('pool');
		store.apply([pool('a'), pool('b')]);
		expect([...log.take()]).toEqual(['a', 'b']);
		store.apply([pool('b', 'renamed')], ['a']);
		expect([...log.take()].sort()).toEqual(['a', 'b']);
		log.close();
		store.apply([pool('c')]);
		expect(log.take().size).toBe(0);
	});
});

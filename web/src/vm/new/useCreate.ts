/** Makes the VMs of a draft one after the other, tells how it went, and leads to what was made. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText, ServerError } from '../../api/errors';
import { PATIENCE } from '../../list/Actions';
import { useLive } from '../../live/hooks';
import type { Row } from '../../live/view';
import { DONE, FAILED, RUNNING } from '../../ui/tell';
import { toasts } from '../../ui/toasts';
import { type Draft, paramsOf, wantedOf } from './draft';

/** The field of the form that a parameter is said at. */
const FIELDS: Readonly<Record<string, string>> = {
	name_label: 'name',
	CPUs: 'cpus',
	cpusMax: 'cpusMax',
	coresPerSocket: 'coresPerSocket',
	memory: 'memory',
	memoryMin: 'memoryMin',
	memoryMax: 'memoryMax',
	cpuWeight: 'cpuWeight',
	cpuCap: 'cpuCap',
	hvmBootFirmware: 'firmware',
};

export function useCreate(template: Row) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const navigate = useNavigate();
	const [isBusy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>();
	const isThere = useRef(true);
	useEffect(() => {
		isThere.current = true;
		return () => {
			isThere.current = false;
		};
	}, []);

	const create = async (draft: Draft) => {
		setBusy(true);
		setError(undefined);
		const wanted = wantedOf(draft);
		const [only] = wanted;
		const name = wanted.length === 1 && only !== undefined ? only.name : t('vm.counted', { count: wanted.length });
		const id = toasts.show({ ...RUNNING, title: `${t('newVm.making', { name })}…`, message: '' });
		const made: string[] = [];
		try {
			for (const one of wanted) {
				if (wanted.length > 1) {
					const message = t('newVm.progress', { name: one.name, number: made.length + 1, count: wanted.length });
					toasts.update({ id, ...RUNNING, title: `${t('newVm.making', { name })}…`, message });
				}
				made.push((await connection.call('vm.create', paramsOf(draft, template, one), PATIENCE)) as unknown as string);
			}
			toasts.update({ id, ...DONE, title: t('newVm.made', { name }), message: '' });
			if (isThere.current) {
				const [first] = made;
				if (made.length === 1 && first !== undefined) {
					void navigate({ to: '/$list/$id', params: { list: 'vms', id: first }, search: {} });
				} else void navigate({ to: '/$list', params: { list: 'vms' }, search: { s: `id:|(${made.join(' ')})` } });
			}
		} catch (failure) {
			const title = t('action.failed', { action: t('vm.new'), name: wanted[made.length]?.name ?? name });
			const before = made.length > 0 ? ` ${t('newVm.madeBefore', { count: made.length })}` : '';
			toasts.update({ id, ...FAILED, title, message: errorText(failure) + before });
			setError(failure);
		} finally {
			setBusy(false);
		}
	};
	return { create, isBusy, error, refused: refusedOf(error) };
}

/** What the server said of single parameters, by the fields of the form. */
function refusedOf(error: unknown): Readonly<Record<string, string>> {
	if (!(error instanceof ServerError)) return {};
	const errors: unknown = Object(error.data).errors;
	if (!Array.isArray(errors)) return {};
	const refused: Record<string, string> = {};
	for (const { instancePath, message } of errors as { instancePath?: string; message?: string }[]) {
		const field = FIELDS[instancePath?.split('/')[1] ?? ''];
		if (field !== undefined && message !== undefined) refused[field] = message;
	}
	return refused;
}

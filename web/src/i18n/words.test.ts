// @vitest-environment happy-dom
import { act, renderHook } from '@testing-library/react';
import i18next from 'i18next';
import { afterEach, expect, it } from 'vitest';
import { useWords } from './words';

afterEach(() => i18next.changeLanguage('en'));

it('are those of the catalogues', () => {
	const { result } = renderHook(useWords);
	expect(result.current.text('vmState.Running')).toBe('Running');
	expect(result.current.naming('table.selectRow', 'name', 'web-1')).toBe(
		i18next.t('table.selectRow', { name: 'web-1' }),
	);
	expect(result.current.naming('table.selectRow', 'name', '$& {{name}}')).toContain('$& {{name}}');
});

it('follow the language, and texts that come later', async () => {
	const { result } = renderHook(useWords);
	expect(result.current.text('yes')).toBe('yes');
	i18next.addResourceBundle('fr', 'translation', { yes: 'oui' }, true);
	await act(() => i18next.changeLanguage('fr'));
	expect(result.current.text('yes')).toBe('oui');
	act(() => void i18next.addResourceBundle('fr', 'translation', { yes: 'ouais' }, true, true));
	expect(result.current.text('yes')).toBe('ouais');
});

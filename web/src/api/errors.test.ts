import { expect, it } from 'vitest';
import '../i18n/forTests';
import { errorText, ServerError } from './errors';

const refused = (code: string, ...params: string[]) =>
	errorText(new ServerError(-32000, `${code}(${params.join(', ')})`, { code, params }));

it('says what a driver says, without what only programs read', () => {
	const text = 'SMB mount error [opterr=mount failed with return code 32]';
	expect(refused('SR_BACKEND_FAILURE_111', '', text, '')).toBe(`${text} (SR_BACKEND_FAILURE_111)`);
	expect(refused('SOMETHING_ELSE', 'OpaqueRef:1')).toBe('SOMETHING_ELSE');
});

it('has words for what is often refused', () => {
	expect(refused('SR_DEVICE_IN_USE')).toBe('A storage is on the device already (SR_DEVICE_IN_USE)');
});

it('leaves the words of the server where it has some', () => {
	const data = { code: 'JOINING_HOST_CANNOT_HAVE_RUNNING_VMS', params: [] };
	expect(errorText(new ServerError(-32000, 'host `a` cannot join: VMs run on it', data))).toBe(
		'host `a` cannot join: VMs run on it',
	);
});

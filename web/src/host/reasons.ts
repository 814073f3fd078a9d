/** Reads why a host cannot be emptied out of what its pool answers. */

export interface Reason {
	/** XAPI's code, such as `VM_LACKS_FEATURE`. */
	code: string;
	/** XAPI's reference of the VM that it is about. */
	vm: string | undefined;
}

/** Of the data of an error; nothing where it is no answer of that kind. */
export function reasonsOf(data: unknown): Reason[] {
	if (typeof data !== 'object' || data === null || !('code' in data) || data.code !== 'CANNOT_EVACUATE_HOST') return [];
	const params: unknown[] = 'params' in data && Array.isArray(data.params) ? data.params : [];
	return params
		.flatMap((param) => String(param).split('|'))
		.flatMap((part) => {
			const [code = '', ...rest] = part.split(',');
			return code === '' ? [] : { code, vm: rest.find((one) => one.startsWith('OpaqueRef:')) };
		});
}

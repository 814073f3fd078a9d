/** A password that nobody has to make up: 20 letters and digits, about 117 bits. Those that look alike are left out. */
const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 20;

export function newPassword(): string {
	let text = '';
	while (text.length < LENGTH) {
		for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH * 2))) {
			// Of a byte, only as many values as each letter has alike.
			if (byte < Math.floor(256 / LETTERS.length) * LETTERS.length && text.length < LENGTH) {
				text += LETTERS[byte % LETTERS.length];
			}
		}
	}
	return text;
}

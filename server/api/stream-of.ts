/** A file in pieces as the body of an answer: one piece at a time, when the reader has room for it. */
export function streamOf(pieces: AsyncGenerator<string | Buffer>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(Uint8Array.from(Buffer.from(value)));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { reportsTopic } from "../../../src/queue/contract.ts";
import { within } from "../../../src/time.ts";

interface Line {
  connection: ChannelModel;
  channel: ConfirmChannel;
}

/** Resolves once the broker has stored the message; rejects if it does not say so in time. */
export function makeQueueSender(
  url: string,
  patienceSeconds: number,
): (message: object) => Promise<void> {
  let line: Line | undefined;

  async function open(): Promise<Line> {
    const connection = await connect(url, { timeout: patienceSeconds * 1000 });
    connection.on("error", () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on("error", () => undefined);
    return { connection, channel };
  }

  return async (message) => {
    try {
      await within(patienceSeconds * 1000, publish(message));
    } catch (error) {
      line?.connection.close().catch(() => undefined);
      line = undefined;
      throw error;
    }
  };

  async function publish(message: object): Promise<void> {
    line ??= await open();
    const { channel } = line;
    let returned = false;
    channel.once("return", () => {
      returned = true;
    });
    const content = Buffer.from(JSON.stringify(message));
    await new Promise<void>((resolve, reject) => {
      channel.publish("", reportsTopic, content, { persistent: true, mandatory: true }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    channel.removeAllListeners("return");
    if (returned) throw new Error(`The broker has no queue ${reportsTopic}.`);
  }
}

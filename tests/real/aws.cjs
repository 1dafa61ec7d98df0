// Stands for AWS while a service is packaged: no stack has been deployed yet. Nothing leaves this machine.
const https = require("https");
const { EventEmitter } = require("events");
const { PassThrough } = require("stream");

const ANSWER =
  "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>" +
  "<Message>Stack does not exist</Message></Error></ErrorResponse>";

https.request = (options, callback) => {
  const request = new EventEmitter();
  if (callback) request.on("response", callback);
  const answer = () => {
    const response = new PassThrough();
    response.statusCode = 400;
    response.headers = { "content-type": "text/xml" };
    request.emit("response", response);
    response.end(ANSWER);
  };
  return Object.assign(request, {
    write() {},
    end: () => setImmediate(answer),
    abort() {},
    destroy() {},
    setTimeout() {},
    setNoDelay() {},
    setSocketKeepAlive() {},
    setHeader() {},
  });
};

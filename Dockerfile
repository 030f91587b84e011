# The server alone: no client, no command, no build tools. deploy/image/build does the work, and the tests run it too.
#   make image      # pins the images that it starts from, builds the command's wheel, then this

# Named with its digest by deploy/images.lock, which `make pin-images` writes. There is no default: a tag is no pin.
ARG PYTHON_IMAGE

FROM ${PYTHON_IMAGE} AS built
COPY . /source
RUN /source/deploy/image/build /opt/duolog

FROM ${PYTHON_IMAGE}
COPY --from=built /opt/duolog /opt/duolog
RUN install -d -o 10001 -g 10001 -m 0700 /data /data/attachments
ENV DUOLOG_DATA=/data \
    DUOLOG_HOST=0.0.0.0
# A number, which a read-only root needs no entry for. It owns /data and nothing else.
USER 10001:10001
VOLUME /data
EXPOSE 8330
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/opt/duolog/healthy"]
ENTRYPOINT ["/opt/duolog/entrypoint"]

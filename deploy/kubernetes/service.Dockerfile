# The service as it is published, and the module that makes it fast.
#   docker build -f deploy/kubernetes/service.Dockerfile -t registry.example.com/community-attribute-service:0.4.0 .
FROM python:3.12-slim
RUN pip install --no-cache-dir 'community-attribute-service[api]==0.4.0'
COPY local/cas_go_tuned.py /opt/cas-go/
ENV PYTHONPATH=/opt/cas-go
USER 10001:10001
CMD ["uvicorn", "cas_go_tuned:create_app", "--factory", "--host", "0.0.0.0", "--port", "8000"]
